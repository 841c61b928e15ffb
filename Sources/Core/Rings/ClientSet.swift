// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A set of numbers from 0 to 63, in one word: clients, or channels by their identifiers.
public struct ClientSet: Equatable, Sendable {
  private var bits: UInt64 = 0

  /// The empty set.
  public init() {}

  /// Whether nothing is in the set.
  public var isEmpty: Bool { bits == 0 }

  /// Whether `client` is in the set; false for numbers outside 0 to 63.
  public func contains(_ client: Int) -> Bool {
    client >= 0 && client < 64 && bits &>> UInt64(client) & 1 != 0
  }
  /// Adds `client`; numbers outside 0 to 63 are ignored.
  public mutating func insert(_ client: Int) {
    if client >= 0 && client < 64 { bits |= 1 &<< UInt64(client) }
  }
  /// Removes `client`; numbers outside 0 to 63 are ignored.
  public mutating func remove(_ client: Int) {
    if client >= 0 && client < 64 { bits &= ~(1 &<< UInt64(client)) }
  }

  /// Removes the lowest number and returns it; nil if the set is empty.
  public mutating func popFirst() -> Int? {
    guard bits != 0 else { return nil }
    let first = bits.trailingZeroBitCount
    bits &= bits &- 1
    return first
  }
}

#if !hasFeature(Embedded)
  extension ClientSet {
    /// The members in ascending order. For tests.
    package var numbers: [Int] { (0..<64).filter(contains) }
  }
#endif
