// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A value of fixed size inside a record: little-endian, as AArch64 lays it out.
public protocol RecordValue: Sendable {
  /// Size in bytes, with trailing padding.
  static var byteCount: Int { get }
  /// Reads the value whose first byte is at `offset`. Every byte pattern is a value.
  static func read(from bytes: some ByteSource, at offset: Int) -> Self
  /// Writes the value and leaves padding unchanged.
  func write(to bytes: inout some ByteSink, at offset: Int)
}

/// Bytes to read a record from: an array on the host, an ELF section in a protection domain.
public protocol ByteSource {
  /// The byte at `offset`; 0 beyond the end, so that a short source never traps.
  func byte(at offset: Int) -> UInt8
  /// The little-endian number at `offset`, of any alignment. Unspecified, but never a trap, unless it lies
  /// wholly inside.
  func number<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    at offset: Int
  ) -> Number
}

extension ByteSource {
  /// Assembled from single bytes; sources that can load a number at once have their own.
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

/// Bytes to write a record to.
public protocol ByteSink {
  /// Sets the byte at `offset`; does nothing beyond the end.
  mutating func setByte(_ byte: UInt8, at offset: Int)
}

/// A part of type `Value` at a fixed place of the record or structure `Owner`.
public struct Part<Owner, Value>: Sendable {
  /// Bytes from the start of `Owner`.
  public let offset: Int

  /// The part that starts `offset` bytes into `Owner`.
  public init(at offset: Int) { self.offset = offset }
}

/// A part read and written as one value.
public typealias Field<Owner, Value: RecordValue> = Part<Owner, Value>

/// An array of `capacity` structures. Another field holds the number in use.
public struct ListField<Owner, Element: RecordStructure>: Sendable {
  /// Bytes from the start of `Owner`.
  public let offset: Int
  /// Elements that the record has room for.
  public let capacity: Int

  /// `capacity` elements, the first `offset` bytes into `Owner`.
  public init(at offset: Int, capacity: Int) {
    self.offset = offset
    self.capacity = capacity
  }

  /// The element at `index`, clamped to the list: counts come from outside, and must not lead out of the
  /// record.
  public subscript(index: Int) -> Part<Owner, Element> {
    let inside = index < 0 ? 0 : (index < capacity ? index : capacity - 1)
    return Part(at: offset + inside * Element.byteCount)
  }
}

/// Text in an array of bytes, terminated by NUL if it is shorter.
public struct TextField<Owner>: Sendable {
  /// Bytes from the start of `Owner`.
  public let offset: Int
  /// Size of the array in bytes. C code needs a NUL, which leaves `capacity - 1` bytes for text.
  public let capacity: Int

  /// `capacity` bytes, the first `offset` bytes into `Owner`.
  public init(at offset: Int, capacity: Int) {
    self.offset = offset
    self.capacity = capacity
  }
}

/// Bytes of any kind, which other fields divide.
public struct BytesField<Owner>: Sendable {
  /// Bytes from the start of `Owner`.
  public let offset: Int
  /// Size in bytes.
  public let capacity: Int

  /// `capacity` bytes, the first `offset` bytes into `Owner`.
  public init(at offset: Int, capacity: Int) {
    self.offset = offset
    self.capacity = capacity
  }
}

/// A type of fixed size with fields: a record, or a structure inside one.
public protocol RecordStructure {
  /// Size in bytes with trailing padding, which is the stride in lists.
  static var byteCount: Int { get }
}

extension Part {
  /// The part `inner` of this part.
  public static func / <Inner>(outer: Self, inner: Part<Value, Inner>) -> Part<Owner, Inner> {
    Part<Owner, Inner>(at: outer.offset + inner.offset)
  }

  /// The inner part, relative to the outer part's owner.
  public static func / <Element>(
    outer: Self, inner: ListField<Value, Element>
  ) -> ListField<Owner, Element> {
    ListField<Owner, Element>(at: outer.offset + inner.offset, capacity: inner.capacity)
  }

  /// The inner part, relative to the outer part's owner.
  public static func / (outer: Self, inner: TextField<Value>) -> TextField<Owner> {
    TextField<Owner>(at: outer.offset + inner.offset, capacity: inner.capacity)
  }
}

extension Part where Value: RecordValue {
  /// Reads this field of the owner that starts at `offset`.
  @inline(__always)
  func read(from bytes: some ByteSource, at offset: Int) -> Value {
    Value.read(from: bytes, at: offset &+ self.offset)
  }

  /// Writes this field of the owner that starts at `offset`.
  func write(_ value: Value, to bytes: inout some ByteSink, at offset: Int) {
    value.write(to: &bytes, at: offset &+ self.offset)
  }
}
