// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A query for the IPv4 addresses of a name (RFC 1035, 4.1): one question, recursion desired.
public struct DNSQuery: Equatable, BitwiseCopyable, Sendable {
  /// Matches the answer to the query.
  public var identifier: UInt16
  /// The name to look up.
  public var name: DNSName

  /// A query to write.
  public init(identifier: UInt16, name: DNSName) {
    self.identifier = identifier
    self.name = name
  }

  /// Bytes that `write` writes.
  public var byteCount: Int { 12 &+ name.byteCount &+ 4 }

  /// Nil unless the message is one question for addresses of the Internet class; anything may
  /// follow it.
  public init?(parsing message: borrowing RawSpan) {
    guard message.byteCount >= 12, message.number16(at: 2) & 0xf800 == 0,
      message.number16(at: 4) == 1
    else { return nil }
    var offset = 12
    guard let name = DNSName(parsing: message, at: &offset), offset &+ 4 <= message.byteCount,
      message.number32(at: offset) == 0x0001_0001
    else { return nil }
    identifier = message.number16(at: 0)
    self.name = name
  }

  /// Writes `byteCount` bytes from `offset`.
  public func write(to frame: inout MutableRawSpan, at offset: Int) {
    frame.put(UInt32(identifier) << 16 | 0x0100, at: offset)
    frame.put(UInt32(0x0001_0000), at: offset &+ 4)
    frame.put(UInt32(0), at: offset &+ 8)
    name.write(to: &frame, at: offset &+ 12)
    frame.put(UInt32(0x0001_0001), at: offset &+ 12 &+ name.byteCount)
  }
}
