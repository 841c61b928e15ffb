// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a frame is for (RFC 6455 section 5.2).
enum Opcode: UInt8, Sendable {
  case continuation = 0
  case text = 1
  case binary = 2
  case close = 8
  case ping = 9
  case pong = 10

  /// Control frames are short and whole, and may come between the fragments of a message.
  var isControl: Bool { rawValue & 8 != 0 }
}

/// A frame's header, from a client.
struct FrameHeader: Equatable, Sendable {
  /// The longest header: 64 bits of length and the mask.
  static var byteCountLimit: Int { 14 }

  var isFinal: Bool
  var opcode: Opcode
  /// Bytes of payload.
  var length: UInt64
  /// The mask's bytes, the first one lowest.
  var mask: UInt32

  enum Reading {
    case header(FrameHeader)
    /// The header has this many bytes at least.
    case needs(Int)
    /// The header breaks the protocol: why.
    case malformed(StaticString)
  }

  /// Reads a header as soon as there are enough bytes; breaches are found as early as they show.
  static func read(_ bytes: [UInt8]) -> Reading {
    guard bytes.count >= 1 else { return .needs(1) }
    guard bytes[0] & 0x70 == 0 else { return .malformed("a reserved bit is set") }
    guard let opcode = Opcode(rawValue: bytes[0] & 0xf) else { return .malformed("unknown opcode") }
    let isFinal = bytes[0] & 0x80 != 0
    guard isFinal || !opcode.isControl else { return .malformed("a fragmented control frame") }
    guard bytes.count >= 2 else { return .needs(2) }
    guard bytes[1] & 0x80 != 0 else { return .malformed("a frame without a mask") }
    let short = bytes[1] & 0x7f
    guard short < 126 || !opcode.isControl else { return .malformed("a long control frame") }
    let lengthByteCount = short < 126 ? 0 : short == 126 ? 2 : 8
    var length = lengthByteCount == 0 ? UInt64(short) : 0
    guard bytes.count >= 2 + lengthByteCount else { return .needs(2 + lengthByteCount) }
    for index in 2..<2 + lengthByteCount { length = length << 8 | UInt64(bytes[index]) }
    guard lengthByteCount == 0 || length > (lengthByteCount == 2 ? 125 : 0xffff) else {
      return .malformed("a length in more bytes than it needs")
    }
    guard length >> 63 == 0 else { return .malformed("a length of more than 63 bits") }
    let start = 2 + lengthByteCount
    guard bytes.count >= start + 4 else { return .needs(start + 4) }
    var mask: UInt32 = 0
    for index in 0..<4 { mask |= UInt32(bytes[start + index]) << UInt32(8 * index) }
    return .header(FrameHeader(isFinal: isFinal, opcode: opcode, length: length, mask: mask))
  }
}

extension Array where Element == UInt8 {
  /// Appends the header of a server's frame, which is final and has no mask.
  mutating func append(headerOf opcode: Opcode, byteCount: Int) {
    append(0x80 | opcode.rawValue)
    switch byteCount {
    case ..<126: append(UInt8(truncatingIfNeeded: byteCount))
    case ..<0x10000:
      append(126)
      append(UInt8(truncatingIfNeeded: byteCount >> 8))
      append(UInt8(truncatingIfNeeded: byteCount))
    default:
      append(127)
      for shift in [56, 48, 40, 32, 24, 16, 8, 0] as [Int] {
        append(UInt8(truncatingIfNeeded: byteCount >> shift))
      }
    }
  }
}
