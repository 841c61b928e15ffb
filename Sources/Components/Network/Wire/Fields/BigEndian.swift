// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

// Network byte order (RFC 1700, Data Notations). A frame lies in memory that its copier can still
// write. Each read is one load, whose value cannot change afterwards, and a parsed header is a
// value made of such reads: what was checked is what is used, also with `extracting(unchecked:)`,
// whatever is written into the frame meanwhile.
//
// Every access is checked against the span, so an offset that a parser forgot to compare with the
// length traps instead of reading out of bounds. The parsers compare once, and the optimizer
// removes the remaining checks.

extension RawSpan {
  /// The byte at `offset`.
  @inline(__always)
  public func byte(at offset: Int) -> UInt8 {
    // Safety: the load is checked against the span, and every byte is a valid UInt8. The same holds
    // below.
    cmemory_once_8(unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self))
  }

  /// The 16-bit big-endian number at `offset`, at any alignment.
  @inline(__always)
  public func number16(at offset: Int) -> UInt16 {
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return UInt16(bigEndian: cmemory_once_16(value))
  }

  /// The 32-bit big-endian number at `offset`, at any alignment.
  @inline(__always)
  public func number32(at offset: Int) -> UInt32 {
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return UInt32(bigEndian: cmemory_once_32(value))
  }
}

extension MutableRawSpan {
  /// Writes a byte at `offset`.
  @inline(__always)
  public mutating func put(_ value: UInt8, at offset: Int) {
    storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
  }

  /// Writes a 16-bit big-endian number at `offset`.
  @inline(__always)
  public mutating func put(_ value: UInt16, at offset: Int) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
  }

  /// Writes a 32-bit big-endian number at `offset`.
  @inline(__always)
  public mutating func put(_ value: UInt32, at offset: Int) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
  }
}

/// A range of bytes in a frame or message, which is not checked when it is made.
public struct ByteRange: BitwiseCopyable, Equatable, Sendable {
  /// Offset of the first byte.
  public var start: Int
  /// Number of bytes.
  public var count: Int

  /// `count` bytes from `start` on.
  @inline(__always)
  public init(start: Int, count: Int) {
    self.start = start
    self.count = count
  }

  /// One past the last byte.
  public var end: Int { start &+ count }

  /// The range clamped to `byteCount` bytes, for `extracting`: never traps.
  @inline(__always)
  public func bounds(in byteCount: Int) -> Range<Int> {
    let first = min(max(start, 0), byteCount)
    return first..<max(first, min(first &+ max(count, 0), byteCount))
  }
}
