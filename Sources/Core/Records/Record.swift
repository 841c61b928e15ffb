// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A record that a protection domain reads from a section of its ELF image when it starts.
public protocol Record: RecordStructure {
  /// ELF section of the record, exactly `byteCount` bytes long.
  static var section: StaticString { get }
  /// The record's first bytes.
  static var magic: Magic { get }
}

/// The bytes at the start of a record, which state its class.
public struct Magic: Equatable, Sendable {
  /// The bytes as a number, the first byte least significant.
  public let value: UInt64
  /// Length of the magic: 5 bytes for sDDF, 8 for LionsOS and Serval.
  public let byteCount: Int

  /// Whether `source` starts with this magic.
  @inline(__always)
  func begins(_ source: some ByteSource) -> Bool {
    var found = UInt64(UInt32.read(from: source, at: 0))
    for index in 4..<byteCount { found |= UInt64(source.byte(at: index)) &<< UInt64(8 &* index) }
    return found == value
  }

  /// sDDF: "sDDF" and the device class (sddf/resources/device.h and each class's config.h).
  public static func sddf(_ deviceClass: UInt8) -> Magic {
    Magic(value: 0x4644_4473 | UInt64(deviceClass) << 32, byteCount: 5)
  }

  /// LionsOS: "LionsOS" and the class (lions/fs/config.h).
  public static func lionsOS(_ recordClass: UInt8) -> Magic {
    Magic(value: 0x0053_4f73_6e6f_694c | UInt64(recordClass) << 56, byteCount: 8)
  }

  /// Serval: "Serval", the class, and the layout's version. Bytes 8 to 11 of such a record are its size, so
  /// that a reader can reject a record of another version.
  public static func serval(_ recordClass: UInt8, version: UInt8) -> Magic {
    Magic(
      value: 0x6c61_7672_6553 | UInt64(recordClass) << 48 | UInt64(version) << 56, byteCount: 8)
  }
}

/// Reads the fields of a record in place.
public struct RecordView<Layout: Record, Source: ByteSource> {
  private let source: Source

  /// Nil if the bytes do not start with the record's magic.
  public init?(_ source: Source) {
    self.source = source
    guard Layout.magic.begins(source) else { return nil }
  }

  /// The field's value.
  @inline(__always)
  public subscript<Value: RecordValue>(field: Field<Layout, Value>) -> Value {
    Value.read(from: source, at: field.offset)
  }

  /// The elements of `list` in use according to the field `count`, clamped to the list's capacity.
  public func count<Element, Count: RecordValue & BinaryInteger>(
    of list: ListField<Layout, Element>, _ count: Field<Layout, Count>
  ) -> Int {
    let stored = Int(truncatingIfNeeded: self[count])
    return stored < 0 || stored > list.capacity ? list.capacity : stored
  }

  /// The number of bytes before the first NUL, at most the field's capacity.
  public func length(of text: TextField<Layout>) -> Int {
    var length = 0
    while length < text.capacity, source.byte(at: text.offset + length) != 0 { length += 1 }
    return length
  }

  /// One byte of a text; 0 from its end on.
  public func byte(_ index: Int, of text: TextField<Layout>) -> UInt8 {
    index >= 0 && index < text.capacity ? source.byte(at: text.offset + index) : 0
  }

  /// One of the bytes; 0 beyond their end.
  public func byte(_ index: Int, of bytes: BytesField<Layout>) -> UInt8 {
    index >= 0 && index < bytes.capacity ? source.byte(at: bytes.offset + index) : 0
  }
}
