// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A record of a program that Serval does not know: settings that the system's description gives and the program reads
/// at start. The type is in a module that both depend on.
///
/// Its layout follows from `visit`: the tool writes the properties in that order, and the program refuses a record with
/// other names or types.
public protocol ProgramRecord: Sendable {
  /// What images, messages and reports call it: 1 to 63 ASCII letters, digits and underscores. Unique in its program.
  static var name: StaticString { get }
  /// Default values.
  init()
  /// Calls `fields.visit` once for each stored property, by its name, always in the same order.
  mutating func visit(_ fields: inout some RecordFields)
}

/// What is done with each property of a record: it is read, written or described.
public protocol RecordFields {
  /// Reads, writes or describes one property.
  mutating func visit<Value: RecordProperty>(_ name: StaticString, _ value: inout Value)
}

/// A value that a `ProgramRecord` can have: a number, `Bool`, an address, or a `RecordText`.
public protocol RecordProperty: RecordValue {
  /// Distinguishes types of the same size.
  static var code: UInt8 { get }
  #if !hasFeature(Embedded)
    /// How reports show it.
    static var kind: FieldKind { get }
  #endif
}

/// Computes a number that differs between layouts, from the names, types and sizes of their fields: FNV-1a, 64 bits.
struct LayoutFingerprint: RecordFields {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  private(set) var byteCount = 0

  mutating func visit<Value: RecordProperty>(_ name: StaticString, _ value: inout Value) {
    for index in 0..<name.utf8CodeUnitCount { add(name.octet(index)) }
    add(0)
    add(Value.code)
    var count = UInt32(truncatingIfNeeded: Value.byteCount)
    for _ in 0..<4 {
      add(UInt8(truncatingIfNeeded: count))
      count &>>= 8
    }
    byteCount &+= Value.byteCount
  }

  private mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }
}

/// Reads a record's properties, one after the other.
struct RecordReader<Source: ByteSource>: RecordFields {
  let source: Source
  var offset: Int

  mutating func visit<Value: RecordProperty>(_ name: StaticString, _ value: inout Value) {
    value = Value.read(from: source, at: offset)
    offset &+= Value.byteCount
  }
}
