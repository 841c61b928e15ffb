// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Writes Graphviz's DOT language, in which text from a description must be escaped.
struct DOTText {
  private(set) var text = ""

  mutating func line(_ line: String) { text += line + "\n" }

  /// Writes a statement: a node, an edge or defaults, with attributes in the given order.
  mutating func statement(_ subject: String, _ attributes: [(String, String)]) {
    let list = attributes.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")
    line("  \(subject) [\(list)];")
  }

  /// A quoted string; an unescaped backslash would start one of Graphviz's escapes.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where character.value < 0x20: result += " "
      default: result.unicodeScalars.append(character)
      }
    }
    return result + "\""
  }

  /// Text inside an HTML-like label.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case _ where character.value < 0x20: result += " "
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
