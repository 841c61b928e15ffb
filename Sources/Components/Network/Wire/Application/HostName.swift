// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A host name in DHCP (RFC 2132, 3.14): up to 63 bytes, the length of a DNS label (RFC 1035,
/// 2.3.4).
public struct HostName: Equatable, BitwiseCopyable, Sendable {
  /// The longest name in bytes.
  public static var capacity: Int { 63 }

  private var bytes = InlineArray<63, UInt8>(repeating: 0)
  /// Bytes in use.
  public private(set) var byteCount = 0

  /// The empty name, which is not sent.
  public init() {}

  /// Appends a byte; false if there is no room.
  @discardableResult public mutating func append(_ byte: UInt8) -> Bool {
    guard byteCount < HostName.capacity else { return false }
    bytes[byteCount] = byte
    byteCount &+= 1
    return true
  }

  /// The byte at `index`; 0 beyond the end.
  public func byte(at index: Int) -> UInt8 {
    index >= 0 && index < byteCount ? bytes[index] : 0
  }

  /// Compares the bytes in use.
  public static func == (left: HostName, right: HostName) -> Bool {
    guard left.byteCount == right.byteCount else { return false }
    for index in 0..<left.byteCount where left.bytes[index] != right.bytes[index] { return false }
    return true
  }
}
