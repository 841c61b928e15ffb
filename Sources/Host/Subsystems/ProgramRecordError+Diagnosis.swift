// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records

extension ProgramRecords.WriteError {
  var message: String {
    switch self {
    case .invalidName(let name): "'\(name)' cannot name a record"
    case .propertyNotVisited(let record, let property):
      "record '\(record)' has a property '\(property)' that its visit passes over"
    case .noSuchProperty(let record, let property):
      "record '\(record)' visits '\(property)', which is no stored property or was visited before"
    case .duplicate(let record): "it has two records '\(record)'"
    case .tooLarge(let record, let needed):
      "with record '\(record)' its records take \(needed) bytes, and \(ProgramRecords.byteCount) is the limit"
    }
  }

  var fix: String {
    switch self {
    case .invalidName: "use 1 to 63 letters, digits or '_'"
    case .propertyNotVisited(_, let property): #"add fields.visit("\#(property)", &\#(property))"#
    case .noSuchProperty: "visit each stored property once, by its name"
    case .duplicate: "give it once, or give each type its own name"
    case .tooLarge: "use shorter texts"
    }
  }
}
