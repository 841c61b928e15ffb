// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

extension SystemBuilder {
  /// Gives a program a record of a type of your own, which it reads with `linked()`. A program may
  /// have several of them, of different types.
  ///
  /// - Throws: `recordRefused`.
  public mutating func addRecord(
    _ record: some ProgramRecord, to pd: PD
  ) throws(SubsystemError) {
    let section = "\(ProgramRecords.section)"
    let existing = records.firstIndex { $0.domain == pd.name && $0.section == section }
    var bytes = existing.map { records[$0].bytes } ?? ProgramRecords.empty
    do throws(ProgramRecords.WriteError) {
      try ProgramRecords.add(record, to: &bytes)
    } catch {
      throw .recordRefused(domain: pd.name, error)
    }
    if let existing {
      records[existing].bytes = bytes
    } else {
      try addRecord(bytes, section: section, fileName: "records_\(pd.name).data", to: pd)
    }
  }
}

extension SystemLayout {
  /// Names of the records that a domain has of types that Serval does not know.
  public func programRecords(of domain: String) -> [String] {
    records.first { $0.domain == domain && $0.section == "\(ProgramRecords.section)" }
      .map { ProgramRecords.stored(in: $0.bytes).map(\.name) } ?? []
  }
}

extension RecordText {
  /// A text from the user, which must fit and be printable.
  ///
  /// - Parameter what: what the text is, as a noun phrase, for messages.
  /// - Throws: `textTooLong` or `textNotPlain`.
  public init(_ text: String, what: String) throws(SubsystemError) {
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
      throw .textNotPlain(what: what, text: text)
    }
    guard let fitting = Self(text) else {
      throw .textTooLong(what: what, text: text, limit: capacity)
    }
    self = fitting
  }
}
