// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import Records

// Records whose layout Serval does not know by itself.

extension RecordReport {
  /// The records of a program that has types of its own.
  static func programRecords(
    _ section: [UInt8], knowing types: [any ProgramRecord.Type]
  ) -> [RecordReport] {
    ProgramRecords.stored(in: section).map { record in
      guard let type = types.first(where: { "\($0.name)" == record.name }) else {
        return RecordReport(record, problems: [])
      }
      guard ProgramRecords.fingerprint(of: type) == record.fingerprint else {
        return RecordReport(
          record, problems: ["it has other properties than the type that this tool knows"])
      }
      return RecordReport(
        DecodedRecord(record.bytes, as: RecordSchema(of: type)), byteCount: record.bytes.count)
    }
  }

  private init(_ record: ProgramRecords.Stored, problems: [String]) {
    self.init(
      name: record.name, section: "\(ProgramRecords.section)", byteCount: record.bytes.count,
      fields: Self.dump(record.bytes), problems: problems)
  }

  /// A section that may be a record.
  init(unknown section: String, _ bytes: [UInt8]) {
    self.init(
      name: String(section.drop { $0 == "." }), section: section, byteCount: bytes.count,
      fields: Self.dump(bytes), problems: [])
  }

  /// Sixteen bytes a line, up to the last one that is not zero.
  private static func dump(_ bytes: [UInt8]) -> [Field] {
    let used = bytes.prefix((bytes.lastIndex { $0 != 0 } ?? -1) + 1)
    return stride(from: 0, to: used.count, by: 16).map { offset in
      let line = bytes[offset..<min(offset + 16, bytes.count)]
      let text = line.map { (0x20..<0x7f).contains($0) ? Character(Unicode.Scalar($0)) : "." }
      let hexadecimal = line.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      return Field(
        name: "bytes", offset: offset, type: "uint8_t[\(line.count)]",
        value: hexadecimal.joined(separator: " ") + "  " + String(text))
    }
  }
}

extension ELFSection {
  /// Whether it is constant data under a name that neither compilers nor Serval's linker script use, as a program's
  /// own records are.
  var mayBeRecord: Bool {
    let (isAllocated, isWritable, isCode) = (flags & 2 != 0, flags & 1 != 0, flags & 4 != 0)
    let others = [
      ".text", ".rodata", ".data", ".sdata", ".init", ".fini", ".eh_frame", ".got", ".plt",
      ".ARM", ".note", ".gcc", ".gnu", ".dyn", ".rel", ".hash", ".interp", ".microkit", ".serval_",
      "swift5_", ".swift",
    ]
    return isAllocated && !isWritable && !isCode && isInFile && size > 0
      && !others.contains { name.hasPrefix($0) }
  }
}
