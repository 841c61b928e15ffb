// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Character classes of RFC 9110 section 5.6.2 and RFC 3986.
enum Characters {
  /// `tchar`, of which method and field names consist.
  @inline(__always) static func isToken(_ byte: UInt8) -> Bool {
    // Most are letters, digits and hyphens.
    if (byte | 0x20) &- 0x61 < 26 { return true }
    // Bits for ! # $ % & ' * + - . 0-9, and of ^ _ ` | ~.
    let bits: UInt64 =
      byte < 64 ? 0x03ff_6cfa_0000_0000 : byte < 128 ? 0x57ff_ffff_c7ff_fffe : 0
    return bits &>> UInt64(byte) & 1 != 0
  }

  /// Bytes of field values: visible ASCII, space, tab, and bytes above ASCII (`obs-text`).
  @inline(__always) static func isFieldValue(_ byte: UInt8) -> Bool {
    byte >= 0x20 ? byte != 0x7f : byte == 0x09
  }

  /// Most bytes of paths: letters, and what lies between - and 9, which is . / and digits.
  @inline(__always) static func isPath(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte &- 0x2d < 13
  }

  /// Space or tab: `OWS`.
  @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// `unreserved` and `sub-delims`, of which a URI's host name consists besides percent-encoded bytes
  /// (RFC 3986 section 3.2.2).
  @inline(__always) static func isHostName(_ byte: UInt8) -> Bool {
    // Letters, digits, dots and hyphens, but not a slash.
    if isPath(byte), byte != 0x2f { return true }
    // Bits for ! $ & ' ( ) * + , - . 0-9 ; =, and of A-Z _ a-z ~.
    let bits: UInt64 =
      byte < 64 ? 0x2bff_7fd2_0000_0000 : byte < 128 ? 0x47ff_fffe_87ff_fffe : 0
    return bits &>> UInt64(byte) & 1 != 0
  }
}

extension Span where Element == UInt8 {
  /// `range` without spaces and tabs at either end.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, Characters.isBlank(self[lower]) { lower += 1 }
    while upper > lower, Characters.isBlank(self[upper - 1]) { upper -= 1 }
    return lower..<upper
  }
}
