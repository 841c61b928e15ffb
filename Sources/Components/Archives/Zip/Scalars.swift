// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Characters of names.
enum Scalars {
  /// The character at `index` of valid UTF-8, and how many bytes it has. Other bytes count as characters of their own.
  static func scalar(_ text: Span<UInt8>, at index: Int) -> (value: UInt32, byteCount: Int) {
    let first = text[index]
    let byteCount = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    guard byteCount > 1, text.count - index >= byteCount else { return (UInt32(first), 1) }
    var value = UInt32(first) & (0x7f >> UInt32(byteCount))
    for offset in 1..<byteCount { value = value << 6 | UInt32(text[index + offset] & 0x3f) }
    return (value, byteCount)
  }

  /// Whether names cannot have the character: controls, what Windows reserves, and characters that change the direction
  /// of text, with which a name can look like another one.
  static func isForbidden(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x20, 0x7f...0x9f: true
    // " * : < > ? |
    case 0x22, 0x2a, 0x3a, 0x3c, 0x3e, 0x3f, 0x7c: true
    case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
    default: false
    }
  }

  /// One character for the upper and the lower case of Latin, Greek, Cyrillic and Armenian letters. It is only good for
  /// comparing: here and there it is the same for others, too.
  static func folded(_ scalar: UInt32) -> UInt32 {
    switch scalar {
    case 0x41...0x5a, 0xc0...0xd6, 0xd8...0xde, 0x391...0x3ab, 0x410...0x42f, 0xff21...0xff3a:
      scalar + 0x20
    case 0x130: 0x69
    case 0x178: 0xff
    // Pairs of an odd upper and an even lower case.
    case 0x139...0x148, 0x179...0x17e: scalar + (scalar & 1)
    // Pairs of an even upper and an odd lower case.
    case 0x100...0x138, 0x14a...0x177, 0x460...0x481, 0x48a...0x4bf, 0x4d0...0x52f, 0x1e00...0x1eff:
      scalar | 1
    case 0x4c1...0x4ce: scalar + (scalar & 1)
    case 0x386: 0x3ac
    case 0x388...0x38a: scalar + 0x25
    case 0x38c: 0x3cc
    case 0x38e, 0x38f: scalar + 0x3f
    case 0x3c2: 0x3c3
    case 0x400...0x40f: scalar + 0x50
    case 0x4c0: 0x4cf
    case 0x531...0x556: scalar + 0x30
    default: scalar
    }
  }
}
