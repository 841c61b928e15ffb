// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// RFC 8259's grammar, rule by rule and recursive, to compare the parser with. Strings are checked by Swift's own UTF-8.
struct Grammar {
  private let text: [UInt8]
  private var index = 0

  static func matches(_ text: [UInt8]) -> Bool {
    var grammar = Grammar(text: text)
    return String(validating: text, as: UTF8.self) != nil && !text.starts(with: [0xef, 0xbb, 0xbf])
      && grammar.element() && grammar.index == text.count
  }

  private init(text: [UInt8]) { self.text = text }

  private var next: Character? {
    index < text.count ? Character(UnicodeScalar(text[index])) : nil
  }

  private mutating func take(_ characters: String) -> Bool {
    guard let next, characters.unicodeScalars.contains(where: { Character($0) == next }) else {
      return false
    }
    index += 1
    return true
  }

  private mutating func word(_ word: String) -> Bool {
    for character in word { if !take(String(character)) { return false } }
    return true
  }

  private mutating func space() { while take(" \t\n\r") {} }

  private mutating func element() -> Bool {
    space()
    let isValue = value()
    space()
    return isValue
  }

  private mutating func value() -> Bool {
    switch next {
    case "{": return list("{", "}") { $0.member() }
    case "[": return list("[", "]") { $0.element() }
    case "\"": return string()
    case "t": return word("true")
    case "f": return word("false")
    case "n": return word("null")
    default: return number()
    }
  }

  private mutating func list(
    _ open: String, _ close: String, _ item: (inout Grammar) -> Bool
  ) -> Bool {
    _ = take(open)
    space()
    if take(close) { return true }
    repeat { if !item(&self) { return false } } while take(",")
    return take(close)
  }

  private mutating func member() -> Bool {
    space()
    guard next == "\"", string() else { return false }
    space()
    return take(":") && element()
  }

  private mutating func number() -> Bool {
    _ = take("-")
    if !take("0") { guard digits() else { return false } }
    if take("."), !digits() { return false }
    if take("eE") {
      _ = take("+-")
      return digits()
    }
    return true
  }

  private mutating func digits() -> Bool {
    guard take("0123456789") else { return false }
    while take("0123456789") {}
    return true
  }

  private mutating func string() -> Bool {
    _ = take("\"")
    while index < text.count {
      if take("\"") { return true }
      if text[index] < 0x20 { return false }
      guard take("\\") else {
        index += 1
        continue
      }
      if take("\"\\/bfnrt") { continue }
      guard let unit = unit(), unit >> 10 != 0x37 else { return false }
      if unit >> 10 == 0x36 {
        guard take("\\"), let low = self.unit(), low >> 10 == 0x37 else { return false }
      }
    }
    return false
  }

  private mutating func unit() -> Int? {
    guard take("u") else { return nil }
    let start = index
    for _ in 0..<4 { if !take("0123456789abcdefABCDEF") { return nil } }
    return Int(String(decoding: text[start..<index], as: UTF8.self), radix: 16)
  }
}
