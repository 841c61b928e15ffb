// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Base64 (RFC 4648 section 4), as far as the handshake needs it.
enum Base64 {
  private static var alphabet: StaticString {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  }

  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    let letters = [UInt8](alphabet)
    var text: [UInt8] = []
    var start = 0
    while start < bytes.count {
      let count = min(3, bytes.count - start)
      var group: UInt32 = 0
      for place in 0..<3 { group = group << 8 | (place < count ? UInt32(bytes[start + place]) : 0) }
      for place in 0..<4 {
        let index = Int(group >> UInt32(18 - 6 * place) & 0x3f)
        text.append(place <= count ? letters[index] : 0x3d)
      }
      start += 3
    }
    return text
  }

  /// Whether `text` is the Base64 of 16 bytes: 22 letters, of which the last has only two bits, and the padding.
  static func isSixteenBytes(_ text: Span<UInt8>) -> Bool {
    guard text.count == 24, text[22] == 0x3d, text[23] == 0x3d else { return false }
    for index in 0..<22 {
      let byte = text[index]
      guard ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x2b || byte == 0x2f else {
        return false
      }
    }
    // A, Q, g, w
    return [0x41, 0x51, 0x67, 0x77].contains(text[21])
  }
}
