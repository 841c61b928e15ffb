// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Writes XML, indented by four spaces per level.
struct XMLWriter {
  private(set) var text = ""
  private var depth = 0

  mutating func write(_ line: String) {
    indent()
    text += line
    text += "\n"
  }

  private mutating func indent() {
    for _ in 0..<depth { text += "    " }
  }

  /// Writes an element, without the attributes whose value is nil.
  mutating func element(
    _ name: String, _ attributes: [(String, String?)] = [],
    content: ((inout XMLWriter) -> Void)? = nil
  ) {
    indent()
    text += "<"
    text += name
    for case (let key, let value?) in attributes {
      text += " "
      text += key
      text += "=\""
      text += Self.escaped(value)
      text += "\""
    }
    guard let content else {
      text += " />\n"
      return
    }
    text += ">\n"
    depth += 1
    content(&self)
    depth -= 1
    write("</\(name)>")
  }

  /// XML 1.0, 2.4 and 3.3.3: parsers would normalise white space other than a space.
  static func escaped(_ value: String) -> String {
    if !value.utf8.contains(where: Self.isSpecial) { return value }
    var result = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += "&#\(scalar.value);"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), 9, 10, 13:
      true
    default: false
    }
  }
}
