// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Percent-encoding (RFC 3986 section 2.1).
public enum PercentDecoding {
  /// Decodes `text`; nil if a `%` is not followed by two hexadecimal digits.
  ///
  /// - Parameter plusIsSpace: whether `+` is decoded to a space, as in the queries of HTML forms.
  public static func decode(_ text: Span<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      if byte == 0x25 {
        guard text.count - index >= 2, let high = ASCII.hexadecimal(text[index]),
          let low = ASCII.hexadecimal(text[index + 1])
        else { return nil }
        index += 2
        bytes.append(high << 4 | low)
      } else {
        bytes.append(plusIsSpace && byte == 0x2b ? 0x20 : byte)
      }
    }
    return bytes
  }

  /// Appends `path` with all bytes encoded that a URI's path cannot hold.
  public static func append(encoding path: Span<UInt8>, to bytes: inout [UInt8]) {
    for index in path.indices {
      let byte = path[index]
      if isPathCharacter(byte) {
        bytes.append(byte)
      } else {
        bytes.append(0x25)
        for digit in [byte >> 4, byte & 0xf] {
          bytes.append(digit < 10 ? 0x30 + digit : 0x37 + digit)
        }
      }
    }
  }

  /// `pchar` of RFC 3986 without `%`, and the slash.
  private static func isPathCharacter(_ byte: UInt8) -> Bool {
    if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
    switch byte {
    // ! $ & ' ( ) * + , - . / : ; = @ _ ~
    case 0x21, 0x24, 0x26...0x2f, 0x3a, 0x3b, 0x3d, 0x40, 0x5f, 0x7e: return true
    default: return false
    }
  }
}
