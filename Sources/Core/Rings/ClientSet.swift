// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A set of clients or channels, numbered 0 to 63: whom to notify once a handler is done.
public struct ClientSet: Equatable, Sendable {
  private var bits: UInt64 = 0

  public init() {}

  public var isEmpty: Bool { bits == 0 }

  /// Numbers beyond 63 are never in the set.
  public func contains(_ client: Int) -> Bool {
    client >= 0 && client < 64 && bits &>> UInt64(client) & 1 != 0
  }
  public mutating func insert(_ client: Int) {
    if client >= 0 && client < 64 { bits |= 1 &<< UInt64(client) }
  }
  public mutating func remove(_ client: Int) {
    if client >= 0 && client < 64 { bits &= ~(1 &<< UInt64(client)) }
  }

  /// Takes out the lowest number; nil when empty.
  public mutating func popFirst() -> Int? {
    guard bits != 0 else { return nil }
    let first = bits.trailingZeroBitCount
    bits &= bits &- 1
    return first
  }
}
