// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Escapes in strings (RFC 8259 section 7).
enum JSONEscapes {
  /// The content of a string without its escapes, which are known to be right.
  static func decode(_ content: Span<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(content.count)
    var index = 0
    while index < content.count {
      let end = content.first(0x5c, in: index..<content.count) ?? content.count
      decoded.append(copying: content.extracting(index..<end))
      guard end + 1 < content.count else { break }
      index = end + 2
      let letter = content[end + 1]
      guard letter == 0x75 else {
        decoded.append(simple(letter) ?? letter)
        continue
      }
      var scalar = hexadecimal(content, at: index) ?? 0xfffd
      index += 4
      if isHighSurrogate(scalar), let low = hexadecimal(content, at: index + 2) {
        scalar = 0x10000 + (scalar & 0x3ff) << 10 + low & 0x3ff
        index += 6
      }
      decoded.append(scalar: scalar)
    }
    return decoded
  }

  /// What a letter after the backslash stands for, except for `u`.
  static func simple(_ letter: UInt8) -> UInt8? {
    switch letter {
    case 0x22, 0x5c, 0x2f: letter
    case 0x62: 0x08
    case 0x66: 0x0c
    case 0x6e: 0x0a
    case 0x72: 0x0d
    case 0x74: 0x09
    default: nil
    }
  }

  /// The value of four hexadecimal digits at `index`.
  static func hexadecimal(_ text: Span<UInt8>, at index: Int) -> UInt32? {
    guard index + 4 <= text.count else { return nil }
    var value: UInt32 = 0
    for place in index..<index + 4 {
      guard let digit = ASCII.hexadecimal(text[place]) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  static func isHighSurrogate(_ unit: UInt32) -> Bool { unit >> 10 == 0xd800 >> 10 }
  static func isLowSurrogate(_ unit: UInt32) -> Bool { unit >> 10 == 0xdc00 >> 10 }
}

extension Array where Element == UInt8 {
  /// Appends a character in UTF-8; its number is at most 0x10ffff.
  fileprivate mutating func append(scalar: UInt32) {
    func low(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3f) }
    let top = UInt8(truncatingIfNeeded: scalar >> 6)
    switch scalar {
    case ..<0x80: append(UInt8(truncatingIfNeeded: scalar))
    case ..<0x800: append(contentsOf: [0xc0 | top, low(0)])
    case ..<0x10000:
      append(contentsOf: [0xe0 | UInt8(truncatingIfNeeded: scalar >> 12), low(6), low(0)])
    default:
      append(
        contentsOf: [0xf0 | UInt8(truncatingIfNeeded: scalar >> 18), low(12), low(6), low(0)])
    }
  }

  /// Appends `content` as a JSON string in quotation marks. What is not UTF-8 becomes U+FFFD.
  mutating func append(jsonString content: Span<UInt8>) {
    append(0x22)
    var start = 0
    for index in content.indices {
      let byte = content[index]
      guard byte < 0x20 || byte == 0x22 || byte == 0x5c else { continue }
      append(repairing: content.extracting(start..<index))
      append(escape: byte)
      start = index + 1
    }
    append(repairing: content.extracting(start..<content.count))
    append(0x22)
  }

  private mutating func append(escape byte: UInt8) {
    append(0x5c)
    switch byte {
    case 0x08: append(0x62)
    case 0x09: append(0x74)
    case 0x0a: append(0x6e)
    case 0x0c: append(0x66)
    case 0x0d: append(0x72)
    case 0x22, 0x5c: append(byte)
    default:
      append(byte < 0x10 ? "u000" : "u00")
      append(hexadecimal: UInt64(byte))
    }
  }
}
