// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The section with all records of a program that Serval does not know, each with its name and a number that tells
/// layouts apart.
///
/// After the header, which is 16 bytes long, the entries follow: length of the name, 2 bytes, 0 after the last entry;
/// size of the record, 4 bytes at offset 4; the layout's number, 8 bytes at offset 8; the name and the record, each
/// padded to 8 bytes.
public enum ProgramRecords: Record {
  /// The section's size. What its records do not use is zero.
  public static var byteCount: Int { 16384 }
  /// Section of the images that read such records.
  public static var section: StaticString { ".program_records" }
  /// Serval, class 6, version 1.
  public static var magic: Magic { .serval(6, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }

  static var firstEntry: Int { 16 }
  static var entryHeader: Int { 16 }

  /// One record, and where it is.
  struct Entry: Equatable {
    /// Offset of the entry.
    var start: Int
    var nameLength: Int
    var fingerprint: UInt64
    /// Size of the record, and its offset.
    var byteCount: Int
    var value: Int
    /// Offset after the record.
    var end: Int
  }

  /// The entry at `offset`; nil after the last one, and if it would not be inside the section.
  static func entry(at offset: Int, in source: some ByteSource) -> Entry? {
    guard offset >= firstEntry, offset <= byteCount &- entryHeader else { return nil }
    let nameLength = Int(UInt16.read(from: source, at: offset))
    let count = Int(UInt32.read(from: source, at: offset &+ 4))
    let value = offset &+ entryHeader &+ padded(nameLength)
    guard nameLength > 0, value <= byteCount, count <= byteCount &- value else { return nil }
    return Entry(
      start: offset, nameLength: nameLength,
      fingerprint: UInt64.read(from: source, at: offset &+ 8), byteCount: count, value: value,
      end: value &+ padded(count))
  }

  /// A size rounded up to 8 bytes.
  static func padded(_ count: Int) -> Int { (count &+ 7) / 8 &* 8 }

  /// Why a program cannot read a record.
  public enum ReadError: Error, Sendable {
    /// There is no record of that name.
    case missing
    /// It has other properties.
    case otherLayout
  }

  /// The record of this type in the section `source`.
  public static func read<Layout: ProgramRecord>(
    _: Layout.Type, from source: some ByteSource
  ) throws(ReadError) -> Layout {
    guard magic.begins(source), let entry = find(Layout.name, in: source) else { throw .missing }
    var record = Layout()
    var fingerprint = LayoutFingerprint()
    record.visit(&fingerprint)
    guard entry.fingerprint == fingerprint.value, entry.byteCount == fingerprint.byteCount else {
      throw .otherLayout
    }
    var reader = RecordReader(source: source, offset: entry.value)
    record.visit(&reader)
    return record
  }

  private static func find(_ name: StaticString, in source: some ByteSource) -> Entry? {
    var offset = firstEntry
    while let entry = entry(at: offset, in: source) {
      if entry.nameLength == name.utf8CodeUnitCount {
        var index = 0
        while index < entry.nameLength,
          source.byte(at: entry.start &+ entryHeader &+ index) == name.octet(index)
        {
          index &+= 1
        }
        if index == entry.nameLength { return entry }
      }
      offset = entry.end
    }
    return nil
  }
}
