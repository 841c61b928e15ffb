// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension RecordValue where Self: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
  /// The type's width.
  public static var byteCount: Int { bitWidth / 8 }

  /// Little-endian.
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    bytes.number(at: offset)
  }

  /// Little-endian.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    var rest = self
    for index in 0..<Self.byteCount {
      bytes.setByte(UInt8(truncatingIfNeeded: rest), at: offset &+ index)
      rest >>= 8
    }
  }
}

// Apart, because the general code would shift a UInt8 by its whole width.
extension UInt8: RecordValue {
  /// 1.
  public static var byteCount: Int { 1 }
  /// Little-endian.
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> UInt8 {
    bytes.byte(at: offset)
  }
  /// Little-endian.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    bytes.setByte(self, at: offset)
  }
}

extension UInt16: RecordValue {}
extension UInt32: RecordValue {}
extension UInt64: RecordValue {}
