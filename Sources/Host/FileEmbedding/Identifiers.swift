// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The identifiers under which files are members of the generated type.
///
/// A path's slashes, and what an identifier cannot have, become underscores: `/css/main.css` is
/// `css_main_css`. A name that begins with a digit gets an underscore in front, one that is taken an
/// underscore behind. Files whose identifiers would be equal have none, so that none of them can be
/// mistaken for another: they are found by their paths.
struct Identifiers {
  private var counts: [String: Int] = [:]

  init(_ files: [SourceFile]) {
    for file in files { counts[Self.name(of: file.path), default: 0] += 1 }
  }

  /// A path's identifier; nil if it is not the only one with it.
  func identifier(of path: String) -> String? {
    let name = Self.name(of: path)
    guard counts[name] == 1 else { return nil }
    return Self.keywords.contains(name) ? "`\(name)`" : name
  }

  private static func name(of path: String) -> String {
    var name = ""
    for scalar in path.unicodeScalars.dropFirst() {
      let isKept = scalar.isASCII && scalar.properties.isXIDContinue
      name.unicodeScalars.append(isKept ? scalar : "_")
    }
    if let first = name.first, first.isNumber { name = "_" + name }
    return name == "_" || taken.contains(name) ? name + "_" : name
  }

  /// What the generated type has itself, what cannot be a member even in backticks.
  private static let taken: Set = ["all", "file", "self", "Type", "Protocol"]

  /// The reserved words of the Swift language reference.
  private static let keywords: Set = [
    "Any", "as", "associatedtype", "await", "break", "case", "catch", "class", "continue",
    "default",
    "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate",
    "for",
    "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
    "operator",
    "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "Self",
    "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias",
    "var", "where", "while",
  ]
}
