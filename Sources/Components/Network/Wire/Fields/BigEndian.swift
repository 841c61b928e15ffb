// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

// Network byte order (RFC 1700, Data Notations). A frame lies in memory that its copier can write: each of these reads is
// one load, whose value cannot change afterwards, and a header that was parsed is a value made of such. What was compared is
// what is used, by `extracting(unchecked:)` too, whatever is written into the frame meanwhile.
//
// Every access is checked against the span, so an
// offset that a parser has not compared with the span's length first traps instead of reading on;
// the parsers compare once, and no check is left afterwards.

extension RawSpan {
  /// The byte at `offset`.
  @inline(__always)
  public func byte(at offset: Int) -> UInt8 {
    // Safety: the load is checked against the span, and every byte is a UInt8. So for the others.
    cmemory_once_8(unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self))
  }

  /// The 16-bit big-endian number at `offset`, whatever its alignment.
  @inline(__always)
  public func number16(at offset: Int) -> UInt16 {
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return UInt16(bigEndian: cmemory_once_16(value))
  }

  /// The 32-bit big-endian number at `offset`, whatever its alignment.
  @inline(__always)
  public func number32(at offset: Int) -> UInt32 {
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return UInt32(bigEndian: cmemory_once_32(value))
  }
}

extension MutableRawSpan {
  @inline(__always)
  public mutating func put(_ value: UInt8, at offset: Int) {
    storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
  }

  @inline(__always)
  public mutating func put(_ value: UInt16, at offset: Int) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
  }

  @inline(__always)
  public mutating func put(_ value: UInt32, at offset: Int) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
  }
}

/// Where bytes lie in a frame or message: a range that needs no check to be made.
public struct ByteRange: BitwiseCopyable, Equatable, Sendable {
  /// Bytes from the start of what it is a range of.
  public var start: Int
  /// Number of bytes.
  public var count: Int

  @inline(__always)
  public init(start: Int, count: Int) {
    self.start = start
    self.count = count
  }

  public var end: Int { start &+ count }

  /// The part of it that lies in something of `byteCount` bytes, for `extracting`: never traps.
  @inline(__always)
  public func bounds(in byteCount: Int) -> Range<Int> {
    let first = min(max(start, 0), byteCount)
    return first..<max(first, min(first &+ max(count, 0), byteCount))
  }
}
