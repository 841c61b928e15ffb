// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Recognises file names that carry a hash of the content, as bundlers write them:
/// `app.3f9a1c2b.js`, `app-BfX3aT9k.css`, `main.3f9a1c2b.js.map`.
///
/// This is a guess. Browsers would keep a file whose name is wrongly recognised for a year, so dates,
/// versions, sizes and words must not be. A hash that is not recognised costs a round trip only.
enum HashedName {
  /// Examines the parts of the path's last segment between its dots, except the extension.
  static func isHashed(_ path: [UInt8]) -> Bool {
    let bytes = path.span
    var start = bytes.count
    while start > 0, bytes[start - 1] != 0x2f { start -= 1 }
    let name = start
    while let end = bytes.first(0x2e, in: start..<bytes.count) {
      if hasHash(bytes, start..<end, isFirst: start == name) { return true }
      start = end + 1
    }
    return false
  }

  /// Whether a part of a name ends in a hash behind a `-` or `_`, or is a hash.
  ///
  /// - Parameter isFirst: whether the name begins with this part. Then it is a hash only if it has 16
  ///   digits or more.
  private static func hasHash(_ bytes: Span<UInt8>, _ part: Range<Int>, isFirst: Bool) -> Bool {
    var start = part.upperBound
    while start > part.lowerBound, ASCII.hexadecimal(bytes[start - 1]) != nil { start -= 1 }
    let isWhole = start == part.lowerBound
    if isWhole ? !isFirst || part.count >= 16 : isMark(bytes[start - 1]),
      isHexadecimal(bytes, start..<part.upperBound),
      !isUUID(bytes, part.lowerBound..<part.upperBound)
    {
      return true
    }
    // `-` and `_` are digits of base64url as well, so that the hash is found by its length.
    start = part.upperBound - 8
    guard start >= part.lowerBound else { return false }
    guard start == part.lowerBound ? !isFirst : isMark(bytes[start - 1]) else { return false }
    return isBase64(bytes, start..<part.upperBound)
  }

  private static func isMark(_ byte: UInt8) -> Bool { byte == 0x2d || byte == 0x5f }

  /// Eight hexadecimal digits or more that mix letters and figures. A date followed by a letter is not
  /// enough, nor an article number with a letter in it.
  private static func isHexadecimal(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard range.count >= 8 else { return false }
    var changes = 0
    for index in range.dropFirst()
    where ASCII.isDigit(bytes[index]) != ASCII.isDigit(bytes[index - 1]) {
      changes += 1
    }
    return changes >= (range.count < 12 ? 3 : 2)
  }

  /// Whether the part ends in groups of 8, 4, 4, 4 and 12 digits: a UUID does not depend on the
  /// content.
  private static func isUUID(_ bytes: Span<UInt8>, _ part: Range<Int>) -> Bool {
    guard part.count >= 36 else { return false }
    let start = part.upperBound - 36
    for offset in [8, 13, 18, 23] where bytes[start + offset] != 0x2d { return false }
    return true
  }

  /// Eight characters of base64url with at least four letters, a capital that is not the first
  /// character, a figure before a letter, and three changes between capitals, small letters, figures
  /// and marks.
  private static func isBase64(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var (letters, changes) = (0, 0)
    var (hasCapital, hasFigure, hasLetterBehind) = (false, false, false)
    var last = kind(bytes[range.lowerBound])
    for index in range {
      let kind = kind(bytes[index])
      guard kind != .other else { return false }
      if kind != last { changes += 1 }
      last = kind
      switch kind {
      case .figure: hasFigure = true
      case .capital, .small:
        letters += 1
        if hasFigure { hasLetterBehind = true }
        if kind == .capital, index > range.lowerBound { hasCapital = true }
      case .mark, .other: break
      }
    }
    return letters >= 4 && hasCapital && hasLetterBehind && changes >= 3
  }

  private enum Kind { case capital, small, figure, mark, other }

  private static func kind(_ byte: UInt8) -> Kind {
    switch byte {
    case 0x41...0x5a: .capital
    case 0x61...0x7a: .small
    case 0x30...0x39: .figure
    case 0x2d, 0x5f: .mark
    default: .other
    }
  }
}
