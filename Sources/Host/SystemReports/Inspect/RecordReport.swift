// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Diagnostics
import ELFImage
import Records

/// What `inspect` shows of a record: all fields, under their C names, as in `clients[0].conn.id`.
public struct RecordReport: Hashable, Sendable, Codable {
  /// A number, address or text in a record.
  public struct Field: Hashable, Sendable, Codable {
    /// Path in C: `clients[0].conn.id`.
    public var name: String
    /// In bytes from the start of the record.
    public var offset: Int
    /// The C type.
    public var type: String
    /// As people read it: "512", "0x20000000", "true".
    public var value: String
  }

  /// The C structure's name without `_t`.
  public var name: String
  /// ELF section that holds it in an image.
  public var section: String
  /// Bytes found, which may differ from the structure's size.
  public var byteCount: Int
  /// In the order of the record.
  public var fields: [Field]
  /// What is wrong with the record, one sentence each.
  public var problems: [String]
}

extension RecordReport {
  /// Every record of a program image, in the order of its sections.
  ///
  /// - Parameter types: programs' records to show by field; others show as bytes.
  public static func records(
    in image: ELFImage, knowing types: [any ProgramRecord.Type] = []
  ) -> [RecordReport] {
    image.sections.flatMap { section -> [RecordReport] in
      let bytes = image.contents(of: section).map(Array.init) ?? []
      if section.name == "\(ProgramRecords.section)" {
        return programRecords(bytes, knowing: types)
      }
      if let schema = RecordSchema.inSection(section.name) {
        return [RecordReport(DecodedRecord(bytes, as: schema), byteCount: bytes.count)]
      }
      return section.mayBeRecord ? [RecordReport(unknown: section.name, bytes)] : []
    }
  }

  /// Reads a file that holds one record, as `generate` writes without images. The result has
  /// several readings if structures look alike, and none if no size and magic match.
  ///
  /// - Parameter fileName: prefers readings that the file is named after.
  public static func records(
    inFile bytes: [UInt8], fileName: String = "", knowing types: [any ProgramRecord.Type] = []
  ) -> [RecordReport] {
    if ProgramRecords.magic.begins(bytes), bytes.count == ProgramRecords.byteCount {
      return programRecords(bytes, knowing: types)
    }
    let schemas = RecordSchema.matching(bytes)
    let last = fileName.split(separator: "/").last ?? ""
    let named = schemas.filter { schema in
      let stem = schema.name.hasSuffix("_config") ? schema.name.dropLast(7) : schema.name[...]
      return last.hasPrefix(stem) || last.hasPrefix(schema.section.drop { $0 == "." })
    }
    return (named.isEmpty ? schemas : named).map {
      RecordReport(DecodedRecord(bytes, as: $0), byteCount: bytes.count)
    }
  }

  /// Flattens a decoded record.
  public init(_ record: DecodedRecord, byteCount: Int) {
    name = record.schema.name
    section = record.schema.section
    self.byteCount = byteCount
    fields = record.fields.flatMap { Self.flattened($0, path: $0.name) }
    problems = record.problems.map(\.sentence)
  }

  /// A JSON array that ends in a newline.
  public static func json(_ reports: [RecordReport]) -> String { JSONWriter.document(reports) }

  /// A headline, problems, and a table of fields.
  public var text: String {
    let suffix = RecordSchema.inSection(section) == nil ? "" : "_t"
    var text =
      printable("\(name)\(suffix) in section \(section), \(byteCount) bytes") + "\n"
    for problem in problems { text += "  problem: \(printable(problem))\n" }
    var table = TextTable([.right, .left, .left, .left])
    for field in fields { table.add(["\(field.offset)", field.name, field.value, field.type]) }
    return text + table.text(indent: 2)
  }

  // MARK: Flattening

  private static func flattened(_ field: DecodedField, path: String) -> [Field] {
    flattened(field.value, path: path, offset: field.offset, type: field.typeName)
  }

  private static func flattened(
    _ value: DecodedValue, path: String, offset: Int, type: String
  ) -> [Field] {
    switch value {
    case .structure(let fields):
      return fields.flatMap { flattened($0, path: "\(path).\($0.name)") }
    case .list(let elements, storedCount: let stored, let capacity):
      let count = stored ?? elements.count
      let header = Field(
        name: path, offset: offset, type: type, value: "\(count) of \(capacity)")
      let element = type.lastIndex(of: "[").map { String(type[..<$0]) } ?? type
      let stride = byteCount(ofType: element)
      return [header]
        + elements.enumerated().flatMap { index, value in
          flattened(
            value, path: "\(path)[\(index)]", offset: offset + index * stride, type: element)
        }
    case .number(let number, let style):
      return [Field(name: path, offset: offset, type: type, value: text(number, style))]
    case .macAddress(let address):
      return [Field(name: path, offset: offset, type: type, value: text(address))]
    case .data(let used, let capacity):
      return [
        Field(
          name: path, offset: offset, type: type, value: "\(used) of \(capacity) bytes, not shown")
      ]
    case .text(let text):
      return [Field(name: path, offset: offset, type: type, value: text.debugDescription)]
    }
  }

  /// Size of a list element; 0 for structures, whose fields have offsets of their own.
  private static func byteCount(ofType type: String) -> Int {
    switch type {
    case "mac_addr_t": 6
    case "uint64_t": 8
    case "uint32_t": 4
    case "uint16_t": 2
    case "uint8_t", "char", "bool": 1
    default: 0
    }
  }

  private static func text(_ number: UInt64, _ style: NumberStyle) -> String {
    switch style {
    case .decimal: return "\(number)"
    case .signed: return "\(Int64(bitPattern: number))"
    case .hexadecimal: return "0x" + String(number, radix: 16)
    case .flag:
      return number == 0 ? "false" : number == 1 ? "true" : "\(number) (neither true nor false)"
    case .character:
      let scalar = Unicode.Scalar(UInt8(truncatingIfNeeded: number))
      return "\(number) \(String(Character(scalar)).debugDescription)"
    case .ipv4Address:
      return [24, 16, 8, 0].map { "\(number >> $0 & 0xff)" }.joined(separator: ".")
    }
  }

  private static func text(_ address: MACAddress) -> String {
    (0..<6).map { index in
      let octet = String(address[octet: index], radix: 16)
      return octet.count == 1 ? "0" + octet : octet
    }.joined(separator: ":")
  }
}

extension RecordProblem {
  fileprivate var sentence: String {
    switch self {
    case .wrongSize(let size, let expected): "it has \(size) bytes, not \(expected)"
    case .wrongMagic(let magic):
      "its first bytes are not this record's: "
        + magic.map { String($0, radix: 16) }
        .joined(separator: " ")
    case .countTooLarge(let field, let count, let capacity):
      "'\(field)' has \(count) elements, but room for \(capacity)"
    case .textWithoutNUL(let field): "'\(field)' does not end in a NUL"
    }
  }
}
