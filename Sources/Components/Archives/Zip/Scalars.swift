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
}
