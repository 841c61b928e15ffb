// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension RecordValue where Self: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
  public static var byteCount: Int { bitWidth / 8 }

  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    bytes.number(at: offset)
  }

  public func write(to bytes: inout some ByteSink, at offset: Int) {
    var rest = self
    for index in 0..<Self.byteCount {
      bytes.setByte(UInt8(truncatingIfNeeded: rest), at: offset &+ index)
      rest >>= 8
    }
  }
}

// A byte is shifted out whole, which UInt8's own shift cannot express.
extension UInt8: RecordValue {
  public static var byteCount: Int { 1 }
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> UInt8 {
    bytes.byte(at: offset)
  }
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    bytes.setByte(self, at: offset)
  }
}

extension UInt16: RecordValue {}
extension UInt32: RecordValue {}
extension UInt64: RecordValue {}
