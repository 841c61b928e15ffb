// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

#if !hasFeature(Embedded)
  /// A record's fields with their values, and what is wrong with its bytes.
  public struct DecodedRecord: Sendable {
    /// The layout that the bytes were decoded by.
    public let schema: RecordSchema
    /// In the order of their offsets.
    public let fields: [DecodedField]
    /// Empty for a record that a tool wrote.
    public let problems: [RecordProblem]

    /// Decodes any bytes. Bytes beyond the end read as zeros.
    public init(_ bytes: [UInt8], as schema: RecordSchema) {
      self.schema = schema
      var problems: [RecordProblem] = []
      if bytes.count != schema.byteCount {
        problems.append(.wrongSize(bytes.count, expected: schema.byteCount))
      }
      if !schema.magic.begins(bytes) {
        problems.append(.wrongMagic(Array(bytes.prefix(schema.magic.byteCount))))
      }
      var decoder = Decoder(bytes: bytes, problems: problems)
      fields = decoder.fields(schema.fields, at: 0, path: "")
      self.problems = decoder.problems
    }
  }

  /// One field of a decoded record.
  public struct DecodedField: Hashable, Sendable {
    /// As in the C header.
    public let name: String
    /// Bytes from the start of the record.
    public let offset: Int
    /// The C type.
    public let typeName: String
    /// What the bytes say.
    public let value: DecodedValue
  }

  /// A field's value, of the kind that its schema states.
  public indirect enum DecodedValue: Hashable, Sendable {
    /// An unsigned number, and how people write it.
    case number(UInt64, NumberStyle)
    /// A 48-bit address.
    case macAddress(MACAddress)
    /// The bytes before the first NUL, invalid UTF-8 repaired.
    case text(String)
    /// Bytes that are not shown, and how many there are up to the last that is not zero.
    case data(usedByteCount: Int, capacity: Int)
    /// The fields of a structure inside the record.
    case structure([DecodedField])
    /// The elements in use. `storedCount` is the record's own count; nil if it has none, in which case the
    /// elements up to the last that is not all zeros are in use.
    case list([DecodedValue], storedCount: Int?, capacity: Int)
  }

  /// A defect that no tool writes.
  public enum RecordProblem: Hashable, Sendable {
    /// The record has another size than its layout, in bytes.
    case wrongSize(Int, expected: Int)
    /// The first bytes are these instead of the magic.
    case wrongMagic([UInt8])
    /// A list claims more elements than it has room for.
    case countTooLarge(field: String, count: Int, capacity: Int)
    /// A text fills its field, so that C code would read beyond it.
    case textWithoutNUL(field: String)
  }

  private struct Decoder {
    let bytes: [UInt8]
    var problems: [RecordProblem]

    mutating func fields(_ schema: [FieldSchema], at base: Int, path: String) -> [DecodedField] {
      schema.map { field in
        let offset = base + field.offset
        let name = path.isEmpty ? field.name : "\(path).\(field.name)"
        return DecodedField(
          name: field.name, offset: offset, typeName: field.kind.typeName,
          value: value(field.kind, at: offset, owner: base, path: name))
      }
    }

    private mutating func value(
      _ kind: FieldKind, at offset: Int, owner: Int, path: String
    ) -> DecodedValue {
      switch kind {
      case .number(let byteCount, let style):
        return .number(number(byteCount, at: offset), style)
      case .macAddress:
        return .macAddress(MACAddress.read(from: bytes, at: offset))
      case .text(let capacity):
        let field = (0..<capacity).map { bytes.byte(at: offset + $0) }
        if !field.contains(0) { problems.append(.textWithoutNUL(field: path)) }
        return .text(String(decoding: field.prefix { $0 != 0 }, as: UTF8.self))
      case .data(let capacity):
        return .data(usedByteCount: usedCount(1, capacity, at: offset), capacity: capacity)
      case .structure(name: _, byteCount: _, let inner):
        return .structure(fields(inner, at: offset, path: path))
      case .list(let element, let capacity, let countOffset):
        let stored = countOffset.map { Int(bytes.byte(at: owner + $0)) }
        if let stored, stored > capacity {
          problems.append(.countTooLarge(field: path, count: stored, capacity: capacity))
        }
        let count = min(stored ?? usedCount(element.byteCount, capacity, at: offset), capacity)
        let values = (0..<count).map { index in
          let start = offset + index * element.byteCount
          return value(element, at: start, owner: start, path: "\(path)[\(index)]")
        }
        return .list(values, storedCount: stored, capacity: capacity)
      }
    }

    private func number(_ byteCount: Int, at offset: Int) -> UInt64 {
      (0..<byteCount).reduce(0) { $0 | UInt64(bytes.byte(at: offset + $1)) << UInt64(8 * $1) }
    }

    private func usedCount(_ stride: Int, _ capacity: Int, at offset: Int) -> Int {
      let last = (0..<(stride * capacity)).last { bytes.byte(at: offset + $0) != 0 }
      return last.map { $0 / stride + 1 } ?? 0
    }
  }
#endif
