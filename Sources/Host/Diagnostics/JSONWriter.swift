// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials

/// The one place that writes JSON: whole documents from `Encodable` values, and small objects member by
/// member where there are too many of them for an encoder.
public enum JSONWriter {
  /// An indented document that ends in a newline. Keys are sorted, so that the same value always gives the
  /// same bytes.
  public static func document(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Callers encode strings, booleans and finite numbers only, which never fail.
    guard let data = try? encoder.encode(value) else { return "{}\n" }
    return withoutControls(String(decoding: data, as: UTF8.self)) + "\n"
  }

  /// The encoder escapes control characters below 0x20 only, and a terminal obeys those from 0x7f to
  /// 0x9f as well.
  private static func withoutControls(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.contains(where: { (0x7f...0x9f).contains($0.value) }) else { return text }
    return scalars.map {
      (0x7f...0x9f).contains($0.value) ? "\\u00" + String($0.value, radix: 16) : String($0)
    }.joined()
  }

  /// A string's JSON representation, with its quotes.
  public static func quoted(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c }) { return "\"\(text)\"" }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// An object without spaces and newlines. Members keep the order in which they are added. Names are written
  /// unescaped, so they must not contain quotes, backslashes or control characters.
  public struct Object {
    private var members = ""

    /// An object without members.
    public init() {}

    /// The object's JSON text.
    public var text: String { "{\(members)}" }

    /// Adds a string.
    public mutating func add(_ name: StaticString, _ value: String) {
      append(name, JSONWriter.quoted(value))
    }

    /// Adds an integer.
    public mutating func add(_ name: StaticString, _ value: Int) { append(name, String(value)) }

    /// Adds a number of thousandths as a decimal fraction, exactly.
    public mutating func add(_ name: StaticString, thousandths value: UInt64) {
      let rest = String(value % 1000)
      append(name, "\(value / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)")
    }

    /// Adds an object.
    public mutating func add(_ name: StaticString, _ value: Object) { append(name, value.text) }

    private mutating func append(_ name: StaticString, _ value: String) {
      if !members.isEmpty { members += "," }
      members += "\"\(name)\":"
      members += value
    }
  }
}
