// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Subsystems

extension ServerCredential {
  /// Reads what `serval-certificates bundle` prints: lines `name NAME` and `key-bits NUMBER`, and PEM blocks (RFC 7468), of which the last
  /// one is the key. Nil for anything else.
  init?(bundle: [UInt8]) {
    var (names, blocks) = ([String](), [[UInt8]]())
    var bits: UInt16?
    var hasKey = false
    var base64: [UInt8]?
    for line in bundle.split(separator: UInt8(ascii: "\n")) {
      if line.starts(with: "-----BEGIN ".utf8) {
        // The key ends it.
        if hasKey { return nil }
        hasKey = line.elementsEqual("-----BEGIN PRIVATE KEY-----".utf8)
        base64 = []
      } else if line.starts(with: "-----END ".utf8) {
        guard let text = base64, let block = Base64.decoded(text) else { return nil }
        blocks.append(block)
        base64 = nil
      } else if base64 != nil {
        base64?.append(contentsOf: line)
      } else {
        let words = line.split(separator: UInt8(ascii: " ")).map {
          String(decoding: $0, as: UTF8.self)
        }
        switch words.first {
        case "name" where words.count == 2: names.append(words[1])
        case "key-bits" where words.count == 2: bits = UInt16(words[1])
        default: return nil
        }
      }
    }
    // The key's block has ended, too.
    guard let bits, hasKey, base64 == nil, blocks.count > 1, let key = blocks.popLast() else {
      return nil
    }
    self.init(chain: blocks, names: names, keyBits: bits, key: key)
  }
}

/// Base64 (RFC 4648, 4).
enum Base64 {
  /// The bytes that `text` stands for; nil if it is not whole groups of four, or has other characters.
  static func decoded(_ text: [UInt8]) -> [UInt8]? {
    let digits = text.prefix { $0 != UInt8(ascii: "=") }
    guard text.count % 4 == 0, text.count - digits.count <= 2,
      text[digits.count...].allSatisfy({ $0 == UInt8(ascii: "=") })
    else { return nil }
    var bytes: [UInt8] = []
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for character in digits {
      guard let value = value(of: character) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return bytes
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
