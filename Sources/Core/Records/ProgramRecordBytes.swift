// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if !hasFeature(Embedded)
  extension ProgramRecords {
    /// Why a record cannot be written.
    public enum WriteError: Error, Hashable, Sendable {
      /// The name is empty, too long, or has other characters than letters, digits and '_'.
      case invalidName(String)
      /// `visit` passes over a stored property.
      case propertyNotVisited(record: String, property: String)
      /// `visit` visits a name twice, or a name without a stored property.
      case noSuchProperty(record: String, property: String)
      /// The section has a record of that name.
      case duplicate(String)
      /// The program's records do not fit into the section.
      case tooLarge(record: String, needed: Int)
    }

    /// The section without records.
    public static var empty: [UInt8] {
      var header = RecordBytes<ProgramRecords>()
      header[size] = UInt32(byteCount)
      return header.bytes
    }

    /// Adds a record to the bytes of a section.
    public static func add<Layout: ProgramRecord>(
      _ record: Layout, to section: inout [UInt8]
    ) throws(WriteError) {
      let name = "\(Layout.name)"
      guard isName(name) else { throw .invalidName(name) }
      var record = record
      try checkNames(of: &record, name)
      var fingerprint = LayoutFingerprint()
      record.visit(&fingerprint)

      let entries = entries(in: section)
      if entries.contains(where: { self.name(of: $0, in: section) == name }) {
        throw .duplicate(name)
      }
      let offset = entries.last?.end ?? firstEntry
      let value = offset + entryHeader + padded(name.utf8.count)
      let end = value + padded(fingerprint.byteCount)
      guard end <= byteCount else { throw .tooLarge(record: name, needed: end) }
      UInt16(name.utf8.count).write(to: &section, at: offset)
      UInt32(fingerprint.byteCount).write(to: &section, at: offset + 4)
      fingerprint.value.write(to: &section, at: offset + 8)
      for (index, byte) in name.utf8.enumerated() {
        section.setByte(byte, at: offset + entryHeader + index)
      }
      var writer = RecordWriter(bytes: section, offset: value)
      record.visit(&writer)
      section = writer.bytes
    }

    static func entries(in section: [UInt8]) -> [Entry] {
      var entries: [Entry] = []
      while let entry = entry(at: entries.last?.end ?? firstEntry, in: section) {
        entries.append(entry)
      }
      return entries
    }

    private static func isName(_ name: String) -> Bool {
      (1...63).contains(name.utf8.count)
        && name.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
          default: false
          }
        }
    }

    /// A property that `visit` forgets would silently keep its default value.
    private static func checkNames(
      of record: inout some ProgramRecord, _ name: String
    ) throws(WriteError) {
      var names = FieldNames()
      record.visit(&names)
      var properties = Mirror(reflecting: record).children.compactMap(\.label)
      for visited in names.found {
        guard let index = properties.firstIndex(of: visited) else {
          throw .noSuchProperty(record: name, property: visited)
        }
        properties.remove(at: index)
      }
      if let forgotten = properties.first {
        throw .propertyNotVisited(record: name, property: forgotten)
      }
    }

    /// A record as a section has it.
    public struct Stored: Hashable, Sendable {
      /// The record's name.
      public let name: String
      /// Distinguishes layouts.
      public let fingerprint: UInt64
      /// The properties' bytes.
      public let bytes: [UInt8]
    }

    /// The records of a section, in their order.
    public static func stored(in section: [UInt8]) -> [Stored] {
      guard magic.begins(section) else { return [] }
      return entries(in: section).map { entry in
        Stored(
          name: name(of: entry, in: section), fingerprint: entry.fingerprint,
          bytes: (0..<entry.byteCount).map { section.byte(at: entry.value + $0) })
      }
    }

    /// What distinguishes a type's layout from others.
    public static func fingerprint<Layout: ProgramRecord>(of _: Layout.Type) -> UInt64 {
      var record = Layout()
      var fingerprint = LayoutFingerprint()
      record.visit(&fingerprint)
      return fingerprint.value
    }

    private static func name(of entry: Entry, in section: [UInt8]) -> String {
      let start = entry.start + entryHeader
      return String(
        decoding: (start..<(start + entry.nameLength)).map { section.byte(at: $0) }, as: UTF8.self)
    }
  }

  extension ProgramRecord {
    /// On the host, where no system gives a record: the default values.
    public static func linked() -> Self { Self() }
  }

  extension RecordSchema {
    /// The layout of a program's record, whose offsets count from its first property.
    public init<Layout: ProgramRecord>(of _: Layout.Type) {
      var record = Layout()
      var described = DescribedFields()
      record.visit(&described)
      name = "\(Layout.name)"
      section = "\(ProgramRecords.section)"
      magic = Magic(value: 0, byteCount: 0)
      byteCount = described.offset
      fields = described.fields
    }
  }

  private struct DescribedFields: RecordFields {
    var fields: [FieldSchema] = []
    var offset = 0

    mutating func visit<Value: RecordProperty>(_ name: StaticString, _ value: inout Value) {
      fields.append(FieldSchema(name: "\(name)", offset: offset, kind: Value.kind))
      offset += Value.byteCount
    }
  }

  private struct FieldNames: RecordFields {
    var found: [String] = []

    mutating func visit<Value: RecordProperty>(_ name: StaticString, _ value: inout Value) {
      found.append("\(name)")
    }
  }

  private struct RecordWriter: RecordFields {
    var bytes: [UInt8]
    var offset: Int

    mutating func visit<Value: RecordProperty>(_ name: StaticString, _ value: inout Value) {
      value.write(to: &bytes, at: offset)
      offset += Value.byteCount
    }
  }
#endif
