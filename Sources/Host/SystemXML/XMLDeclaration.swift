// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The XML declaration by the rules of roxmltree, which differ from expat's: it accepts any version
/// and encoding, in this order.
enum XMLDeclaration {
  /// Replaces the declaration, if there is one, by spaces, which keeps positions. Nil if it is
  /// malformed.
  static func blanked(_ bytes: [UInt8]) -> [UInt8]? {
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var cursor = Cursor(bytes: bytes, offset: start)
    guard cursor.consume("<?xml"), cursor.isAtSpace else { return bytes }
    if bytes[cursor.offset] == UInt8(ascii: " ") {
      guard cursor.consumeDeclaration() else { return nil }
    } else {
      // Followed by other white space, it counts as a processing instruction.
      while !cursor.consume("?>") { if !cursor.advance() { return nil } }
    }
    var result = bytes
    for index in start..<cursor.offset where result[index] != UInt8(ascii: "\n") {
      result[index] = UInt8(ascii: " ")
    }
    return result
  }

  private struct Cursor {
    let bytes: [UInt8]
    var offset: Int

    var isAtSpace: Bool {
      offset < bytes.count && [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset])
    }

    mutating func advance() -> Bool {
      guard offset < bytes.count else { return false }
      offset += 1
      return true
    }

    /// Consumes `text`; false if it is not here.
    mutating func consume(_ text: StaticString) -> Bool {
      let wanted = Array("\(text)".utf8)
      guard bytes[offset...].starts(with: wanted) else { return false }
      offset += wanted.count
      return true
    }

    func isAt(_ text: StaticString) -> Bool { bytes[offset...].starts(with: "\(text)".utf8) }

    mutating func skipSpaces() { while isAtSpace { offset += 1 } }

    /// Consumes white space, which must be there unless the declaration ends here.
    mutating func consumeSpaces() -> Bool {
      guard isAtSpace || isAt("?>") || offset == bytes.count else { return false }
      skipSpaces()
      return true
    }

    mutating func consumeDeclaration() -> Bool {
      skipSpaces()
      guard isAt("version"), consumeAttribute(), consumeSpaces() else { return false }
      if isAt("encoding") { guard consumeAttribute(), consumeSpaces() else { return false } }
      if isAt("standalone") { guard consumeAttribute() else { return false } }
      skipSpaces()
      return consume("?>")
    }

    mutating func consumeAttribute() -> Bool {
      while offset < bytes.count, !isAtSpace, bytes[offset] != UInt8(ascii: "=") { offset += 1 }
      skipSpaces()
      guard consume("=") else { return false }
      skipSpaces()
      guard offset < bytes.count else { return false }
      let quote = bytes[offset]
      guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return false }
      offset += 1
      while offset < bytes.count, bytes[offset] != quote {
        if bytes[offset] == UInt8(ascii: "<") { return false }
        offset += 1
      }
      return advance()
    }
  }
}
