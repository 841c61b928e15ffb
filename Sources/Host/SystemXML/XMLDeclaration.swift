// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The XML declaration by roxmltree's rules, which are not expat's: any version and any encoding will
/// do, in that order.
enum XMLDeclaration {
  /// The bytes with the declaration, if there is one, replaced by spaces: places stay what they were.
  /// Nil if it is malformed.
  static func blanked(_ bytes: [UInt8]) -> [UInt8]? {
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var cursor = Cursor(bytes: bytes, offset: start)
    guard cursor.take("<?xml"), cursor.isAtSpace else { return bytes }
    if bytes[cursor.offset] == UInt8(ascii: " ") {
      guard cursor.takeDeclaration() else { return nil }
    } else {
      // With other white space behind the name it counts as a processing instruction.
      while !cursor.take("?>") { if !cursor.advance() { return nil } }
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

    mutating func take(_ text: StaticString) -> Bool {
      let wanted = Array("\(text)".utf8)
      guard bytes[offset...].starts(with: wanted) else { return false }
      offset += wanted.count
      return true
    }

    func isAt(_ text: StaticString) -> Bool { bytes[offset...].starts(with: "\(text)".utf8) }

    mutating func skipSpaces() { while isAtSpace { offset += 1 } }

    /// White space, unless the declaration ends here.
    mutating func takeSpaces() -> Bool {
      guard isAtSpace || isAt("?>") || offset == bytes.count else { return false }
      skipSpaces()
      return true
    }

    mutating func takeDeclaration() -> Bool {
      skipSpaces()
      guard isAt("version"), takeAttribute(), takeSpaces() else { return false }
      if isAt("encoding") { guard takeAttribute(), takeSpaces() else { return false } }
      if isAt("standalone") { guard takeAttribute() else { return false } }
      skipSpaces()
      return take("?>")
    }

    mutating func takeAttribute() -> Bool {
      while offset < bytes.count, !isAtSpace, bytes[offset] != UInt8(ascii: "=") { offset += 1 }
      skipSpaces()
      guard take("=") else { return false }
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
