// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A domain name in wire format without compression (RFC 1035, 3.1): labels behind their lengths,
/// then the root's length of 0; at most 255 bytes.
public struct DNSName: BitwiseCopyable, Sendable {
  /// The name, of which the first `byteCount` bytes are valid.
  public private(set) var bytes = InlineArray<255, UInt8>(repeating: 0)
  /// Bytes in use, including the root's; 1 for the root itself.
  public private(set) var byteCount = 1

  /// The root.
  public init() {}

  /// A name in text form, in ASCII; a final dot changes nothing. Nil for labels that are empty or
  /// longer than 63 bytes, and for more than 255 bytes in all.
  public init?(text: borrowing RawSpan) {
    var end = text.byteCount
    if end > 0, text.byte(at: end &- 1) == 0x2e { end &-= 1 }
    guard end > 0, end <= 253 else { return nil }
    var start = 0
    var length = 0
    for index in 0...end {
      if index < end, text.byte(at: index) != 0x2e {
        length &+= 1
        bytes[index &+ 1] = text.byte(at: index)
        continue
      }
      guard length > 0, length <= 63 else { return nil }
      bytes[start] = UInt8(truncatingIfNeeded: length)
      start = index &+ 1
      length = 0
    }
    bytes[start] = 0
    byteCount = start &+ 1
  }

  /// Parses a name at `offset` of a message and moves `offset` behind it. Nil if it leaves the
  /// message, is too long, or has a pointer that does not lead backwards, so that no pointer is
  /// followed twice (RFC 1035, 4.1.4).
  public init?(parsing message: borrowing RawSpan, at offset: inout Int) {
    var position = offset
    var limit = offset
    var count = 0
    var jumped = false
    while true {
      guard position >= 0, position < message.byteCount else { return nil }
      let length = Int(message.byte(at: position))
      if length & 0xc0 == 0xc0 {
        guard position &+ 1 < message.byteCount else { return nil }
        if !jumped { offset = position &+ 2 }
        jumped = true
        position = (length & 0x3f) << 8 | Int(message.byte(at: position &+ 1))
        guard position < limit else { return nil }
        limit = position
        continue
      }
      guard length & 0xc0 == 0, position &+ length < message.byteCount,
        count &+ length &+ 1 <= 255
      else { return nil }
      for index in 0...length { bytes[count &+ index] = message.byte(at: position &+ index) }
      count &+= length &+ 1
      position &+= length &+ 1
      if length == 0 { break }
    }
    byteCount = count
    if !jumped { offset = position }
  }

  /// Writes `byteCount` bytes from `offset`.
  public func write(to frame: inout MutableRawSpan, at offset: Int) {
    for index in 0..<byteCount { frame.put(bytes[index], at: offset &+ index) }
  }
}

extension DNSName: Equatable {
  /// Compares regardless of the case of ASCII letters (RFC 4343).
  public static func == (left: DNSName, right: DNSName) -> Bool {
    guard left.byteCount == right.byteCount else { return false }
    for index in 0..<left.byteCount
    where lower(left.bytes[index]) != lower(right.bytes[index]) { return false }
    return true
  }

  // Lengths are below 64 and so never letters.
  private static func lower(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
  }
}
