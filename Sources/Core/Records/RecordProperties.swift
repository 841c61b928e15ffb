// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

extension UInt8: RecordProperty {
  /// 1.
  public static var code: UInt8 { 1 }
}

extension UInt16: RecordProperty {
  /// 1, as for all unsigned numbers.
  public static var code: UInt8 { 1 }
}

extension UInt32: RecordProperty {
  /// 1, as for all unsigned numbers.
  public static var code: UInt8 { 1 }
}

extension UInt64: RecordProperty {
  /// 1, as for all unsigned numbers.
  public static var code: UInt8 { 1 }
}

extension Int: RecordProperty {
  /// 2.
  public static var code: UInt8 { 2 }
  /// 8.
  public static var byteCount: Int { 8 }
  /// Little-endian, in two's complement.
  public static func read(from bytes: some ByteSource, at offset: Int) -> Int {
    Int(truncatingIfNeeded: UInt64.read(from: bytes, at: offset))
  }
  /// Little-endian, in two's complement.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    UInt64(truncatingIfNeeded: self).write(to: &bytes, at: offset)
  }
}

extension Bool: RecordProperty {
  /// 3.
  public static var code: UInt8 { 3 }
  /// 1.
  public static var byteCount: Int { 1 }
  /// True unless the byte is 0.
  public static func read(from bytes: some ByteSource, at offset: Int) -> Bool {
    bytes.byte(at: offset) != 0
  }
  /// 1 or 0.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    bytes.setByte(self ? 1 : 0, at: offset)
  }
}

extension IPv4Address: RecordProperty {
  /// 4.
  public static var code: UInt8 { 4 }
  /// 4.
  public static var byteCount: Int { 4 }
  /// A little-endian number.
  public static func read(from bytes: some ByteSource, at offset: Int) -> IPv4Address {
    IPv4Address(UInt32.read(from: bytes, at: offset))
  }
  /// A little-endian number.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    value.write(to: &bytes, at: offset)
  }
}

extension MACAddress: RecordProperty {
  /// 5.
  public static var code: UInt8 { 5 }
}

#if !hasFeature(Embedded)
  extension RecordProperty where Self: FixedWidthInteger {
    /// In base 10.
    public static var kind: FieldKind {
      .number(byteCount: byteCount, isSigned ? .signed : .decimal)
    }
  }

  extension Bool {
    /// "true" or "false".
    public static var kind: FieldKind { .number(byteCount: 1, .flag) }
  }

  extension IPv4Address {
    /// Dotted decimal.
    public static var kind: FieldKind { .number(byteCount: 4, .ipv4Address) }
  }
#endif
