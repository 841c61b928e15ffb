// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Why a value could not be decoded.
public enum XDRError: Error, Equatable, Sendable {
  /// The bytes end before the value does.
  case truncated
  /// A length exceeds the limit of the protocol.
  case tooLong
  /// A boolean, discriminant or enumerator has an undefined value.
  case badValue
}

/// Decodes XDR (RFC 4506) from untrusted bytes: big-endian 4-byte words, opaque data padded to 4 bytes.
/// Copies of a reader share the bytes.
public struct XDRReader: Sendable {
  /// The whole message; ranges that `opaque` returns are indices into it.
  public let bytes: [UInt8]
  /// Offset of the next value.
  public private(set) var position: Int
  private let end: Int

  /// Reads `bytes` from `position`, which is clamped to their range.
  public init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = Swift.min(Swift.max(position, 0), bytes.count)
    end = bytes.count
  }

  /// Bytes that have not been read.
  public var remaining: Int { end - position }

  /// Reads an unsigned integer (4 bytes).
  public mutating func uint32() throws(XDRError) -> UInt32 {
    guard remaining >= 4 else { throw .truncated }
    let value =
      UInt32(bytes[position]) << 24 | UInt32(bytes[position + 1]) << 16
      | UInt32(bytes[position + 2]) << 8 | UInt32(bytes[position + 3])
    position += 4
    return value
  }

  /// Reads an unsigned hyper integer (8 bytes).
  public mutating func uint64() throws(XDRError) -> UInt64 {
    guard remaining >= 8 else { throw .truncated }
    let high = try uint32()
    let low = try uint32()
    return UInt64(high) << 32 | UInt64(low)
  }

  /// Reads a boolean (4 bytes); throws `badValue` unless it is 0 or 1.
  public mutating func bool() throws(XDRError) -> Bool {
    switch try uint32() {
    case 0: return false
    case 1: return true
    default: throw .badValue
    }
  }

  /// Reads `count` bytes of fixed-length opaque data and skips the padding, whose value is not checked.
  ///
  /// - Returns: their range in `bytes`.
  public mutating func fixedOpaque(_ count: Int) throws(XDRError) -> Range<Int> {
    guard count >= 0 else { throw .tooLong }
    let padding = (4 - count % 4) % 4
    guard remaining >= count, remaining - count >= padding else { throw .truncated }
    let range = position..<position + count
    position += count + padding
    return range
  }

  /// Reads variable-length opaque data or a string of at most `limit` bytes.
  ///
  /// - Returns: their range in `bytes`.
  public mutating func opaque(limit: Int) throws(XDRError) -> Range<Int> {
    let count = try uint32()
    guard count <= UInt32(clamping: limit) else { throw .tooLong }
    return try fixedOpaque(Int(count))
  }

  /// Reads variable-length opaque data of at most `limit` bytes into a new array.
  public mutating func opaqueBytes(limit: Int) throws(XDRError) -> [UInt8] {
    let range = try opaque(limit: limit)
    return [UInt8](copying: bytes.span.extracting(range))
  }
}
