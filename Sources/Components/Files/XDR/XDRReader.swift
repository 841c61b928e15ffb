// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Reads XDR (RFC 4506) from bytes that nobody vouches for: big-endian words of four bytes, opaque
/// data padded to four. Copying a reader is cheap: the bytes are shared.
public struct XDRReader: Sendable {
  public let bytes: [UInt8]
  /// Offset of what is read next.
  public private(set) var position: Int
  private let end: Int

  public init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = Swift.min(Swift.max(position, 0), bytes.count)
    end = bytes.count
  }

  /// Bytes left.
  public var remaining: Int { end - position }

  public mutating func uint32() throws(XDRError) -> UInt32 {
    guard remaining >= 4 else { throw .truncated }
    let value =
      UInt32(bytes[position]) << 24 | UInt32(bytes[position + 1]) << 16
      | UInt32(bytes[position + 2]) << 8 | UInt32(bytes[position + 3])
    position += 4
    return value
  }

  public mutating func uint64() throws(XDRError) -> UInt64 {
    guard remaining >= 8 else { throw .truncated }
    let high = try uint32()
    let low = try uint32()
    return UInt64(high) << 32 | UInt64(low)
  }

  public mutating func bool() throws(XDRError) -> Bool {
    switch try uint32() {
    case 0: return false
    case 1: return true
    default: throw .badValue
    }
  }

  /// Places of `count` bytes of fixed-length opaque data; the padding behind them is skipped
  /// whatever it holds.
  public mutating func fixedOpaque(_ count: Int) throws(XDRError) -> Range<Int> {
    guard count >= 0 else { throw .tooLong }
    let padding = (4 - count % 4) % 4
    guard remaining >= count, remaining - count >= padding else { throw .truncated }
    let range = position..<position + count
    position += count + padding
    return range
  }

  /// Places of variable-length opaque data or of a string, of up to `limit` bytes.
  public mutating func opaque(limit: Int) throws(XDRError) -> Range<Int> {
    let count = try uint32()
    guard count <= UInt32(clamping: limit) else { throw .tooLong }
    return try fixedOpaque(Int(count))
  }

  /// A copy of variable-length opaque data.
  public mutating func opaqueBytes(limit: Int) throws(XDRError) -> [UInt8] {
    let range = try opaque(limit: limit)
    return [UInt8](copying: bytes.span.extracting(range))
  }
}
