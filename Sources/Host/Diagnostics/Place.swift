// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A position in a text file.
public struct SourceLocation: Hashable, Sendable {
  /// Path as the user gave it.
  public var file: String
  /// From 1.
  public var line: Int
  /// In characters, from 1.
  public var column: Int

  /// Creates a position from a path and a line and column that count from 1.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

extension SourceLocation: Comparable {
  /// By file, then line, then column.
  public static func < (lhs: Self, rhs: Self) -> Bool {
    (lhs.file, lhs.line, lhs.column) < (rhs.file, rhs.line, rhs.column)
  }
}

/// What a finding is about, as precisely as we know it.
public enum Place: Hashable, Sendable {
  /// A line and column of a text file.
  case source(SourceLocation)
  /// A file, and what in it: a device tree node, an ELF section, a byte offset.
  case file(String, detail: String? = nil)
  /// Something described in code, not yet in any file: "protection domain 'nfs'".
  case entity(String)
  /// A command-line option or environment variable.
  case option(String)
}

extension Place: CustomStringConvertible {
  /// As messages begin: "file:line:column", "file: detail" or the name.
  public var description: String {
    switch self {
    case .source(let location): "\(location.file):\(location.line):\(location.column)"
    case .file(let file, detail: let detail?): "\(file): \(detail)"
    case .file(let file, detail: nil): file
    case .entity(let name): name
    case .option(let name): name
    }
  }
}
