// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A host's name as DHCP tells it (RFC 2132, 3.14): up to 63 bytes, as one label of a name has (RFC 1035, 2.3.4).
public struct HostName: Equatable, BitwiseCopyable, Sendable {
  public static var capacity: Int { 63 }

  private var bytes = InlineArray<63, UInt8>(repeating: 0)
  public private(set) var byteCount = 0

  /// Of no bytes: none is told.
  public init() {}

  /// Adds a byte; false, and nothing is added, where there is no room.
  @discardableResult public mutating func append(_ byte: UInt8) -> Bool {
    guard byteCount < HostName.capacity else { return false }
    bytes[byteCount] = byte
    byteCount &+= 1
    return true
  }

  /// 0 beyond the end.
  public func byte(at index: Int) -> UInt8 {
    index >= 0 && index < byteCount ? bytes[index] : 0
  }

  public static func == (left: HostName, right: HostName) -> Bool {
    guard left.byteCount == right.byteCount else { return false }
    for index in 0..<left.byteCount where left.bytes[index] != right.bytes[index] { return false }
    return true
  }
}
