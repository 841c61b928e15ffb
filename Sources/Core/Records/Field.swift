// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A value of fixed size inside a record: little-endian, as AArch64 lays it out.
public protocol RecordValue: Sendable {
  /// Size in bytes, with trailing padding.
  static var byteCount: Int { get }
  /// Reads the value whose first byte is at `offset`. Any bytes give a value.
  static func read(from bytes: some ByteSource, at offset: Int) -> Self
  /// Writes the value; padding is left as it is.
  func write(to bytes: inout some ByteSink, at offset: Int)
}

/// Bytes that a record is read from: an array on the host, an ELF section in a protection domain.
public protocol ByteSource {
  /// The byte at `offset`; 0 beyond the end, so that a short source is never a trap.
  func byte(at offset: Int) -> UInt8
  /// The little-endian number at `offset`, of any alignment; without meaning, but never a trap, where
  /// it is not wholly inside.
  func number<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    at offset: Int
  ) -> Number
}

extension ByteSource {
  public func number<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    at offset: Int
  ) -> Number {
    var value: Number = 0
    var index = Number.bitWidth / 8
    while index > 0 {
      index -= 1
      value = (value << 8) | Number(truncatingIfNeeded: byte(at: offset &+ index))
    }
    return value
  }
}

/// Bytes that a record is written to.
public protocol ByteSink {
  /// Sets the byte at `offset`; beyond the end nothing happens.
  mutating func setByte(_ byte: UInt8, at offset: Int)
}

/// A part of the record or structure `Owner`: where it starts.
public struct Part<Owner, Value>: Sendable {
  /// Bytes from the start of `Owner`.
  public let offset: Int

  public init(at offset: Int) { self.offset = offset }
}

/// A part that is read and written as one value.
public typealias Field<Owner, Value: RecordValue> = Part<Owner, Value>

/// A run of up to `capacity` structures; how many are in use, another field says.
public struct ListField<Owner, Element: RecordStructure>: Sendable {
  /// Bytes from the start of `Owner`.
  public let offset: Int
  /// Number of elements that the record has room for.
  public let capacity: Int

  public init(at offset: Int, capacity: Int) {
    self.offset = offset
    self.capacity = capacity
  }

  /// The element at `index`, which is taken into the list's range first: a record's count comes from
  /// outside, and may not lead out of the record.
  public subscript(index: Int) -> Part<Owner, Element> {
    let inside = index < 0 ? 0 : (index < capacity ? index : capacity - 1)
    return Part(at: offset + inside * Element.byteCount)
  }
}

/// Text in a run of bytes, ended by NUL where it is shorter than the run.
public struct TextField<Owner>: Sendable {
  /// Bytes from the start of `Owner`.
  public let offset: Int
  /// Size of the run in bytes. The C side wants a NUL, which leaves `capacity - 1` for text.
  public let capacity: Int

  public init(at offset: Int, capacity: Int) {
    self.offset = offset
    self.capacity = capacity
  }
}

/// Anything of known size that has fields: a record, or a structure inside one.
public protocol RecordStructure {
  /// Size in bytes, with trailing padding; the stride in lists.
  static var byteCount: Int { get }
}

extension Part {
  /// The part `inner` of this part.
  public static func / <Inner>(outer: Self, inner: Part<Value, Inner>) -> Part<Owner, Inner> {
    Part<Owner, Inner>(at: outer.offset + inner.offset)
  }

  public static func / <Element>(
    outer: Self, inner: ListField<Value, Element>
  ) -> ListField<Owner, Element> {
    ListField<Owner, Element>(at: outer.offset + inner.offset, capacity: inner.capacity)
  }

  public static func / (outer: Self, inner: TextField<Value>) -> TextField<Owner> {
    TextField<Owner>(at: outer.offset + inner.offset, capacity: inner.capacity)
  }
}

extension Part where Value: RecordValue {
  /// Reads the field of an owner whose first byte is at `offset`.
  @inline(__always)
  func read(from bytes: some ByteSource, at offset: Int) -> Value {
    Value.read(from: bytes, at: offset &+ self.offset)
  }

  /// Writes the field of an owner whose first byte is at `offset`.
  func write(_ value: Value, to bytes: inout some ByteSink, at offset: Int) {
    value.write(to: &bytes, at: offset &+ self.offset)
  }
}
