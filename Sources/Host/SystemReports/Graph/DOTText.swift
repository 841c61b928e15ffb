// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Writes Graphviz's DOT language. Text from a description never reaches it unescaped.
struct DOTText {
  private(set) var text = ""

  mutating func line(_ line: String) { text += line + "\n" }

  /// One statement: a node, an edge or a default, with its attributes in the order given.
  mutating func statement(_ subject: String, _ attributes: [(String, String)]) {
    let list = attributes.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")
    line("  \(subject) [\(list)];")
  }

  /// A quoted string. Backslashes would start an escape of Graphviz's own.
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
