// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A position in a text file. Lines and columns count from 1; columns count characters.
public struct SourceLocation: Hashable, Sendable {
  public var file: String
  public var line: Int
  public var column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

extension SourceLocation: Comparable {
  public static func < (lhs: Self, rhs: Self) -> Bool {
    (lhs.file, lhs.line, lhs.column) < (rhs.file, rhs.line, rhs.column)
  }
}

/// What a finding is about, as precisely as it is known.
public enum Place: Hashable, Sendable {
  /// A line and column of a text file.
  case source(SourceLocation)
  /// A binary file, and where in it: a device tree node, an ELF section, a byte offset.
  case file(String, detail: String? = nil)
  /// Something that a description made, not yet in any file: "protection domain 'nfs'".
  case entity(String)
  /// A command-line option or environment variable.
  case option(String)
}

extension Place: CustomStringConvertible {
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
