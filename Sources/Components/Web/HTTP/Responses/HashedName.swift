// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Whether a file's name carries a hash of its content, as bundlers write it: `app.3f9a1c2b.js`,
/// `app-BfX3aT9k.css`, `main.3f9a1c2b.js.map`.
///
/// There is no way to be sure, and a name that is wrongly taken for one is kept by browsers for a year.
/// So dates, versions, sizes and words are none, and some hashes are not found: their files are
/// asked about, which costs a round trip.
enum HashedName {
  /// Looks between the dots of the path's last segment, but for what is behind the last.
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

  /// - Parameter isFirst: whether this is where the name begins. There a hash stands behind something
  ///   else; or it is all there is, and long.
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
    // What can be a mark may be in it: it has a fixed length.
    start = part.upperBound - 8
    guard start >= part.lowerBound else { return false }
    guard start == part.lowerBound ? !isFirst : isMark(bytes[start - 1]) else { return false }
    return isBase64(bytes, start..<part.upperBound)
  }

  private static func isMark(_ byte: UInt8) -> Bool { byte == 0x2d || byte == 0x5f }

  /// Eight digits or more, with letters and figures mixed: a date with a letter behind it is none, nor
  /// an article's number with one in it.
  private static func isHexadecimal(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard range.count >= 8 else { return false }
    var changes = 0
    for index in range.dropFirst()
    where ASCII.isDigit(bytes[index]) != ASCII.isDigit(bytes[index - 1]) {
      changes += 1
    }
    return changes >= (range.count < 12 ? 3 : 2)
  }

  /// Groups of 8, 4, 4, 4 and 12 digits at the end: a name that was drawn, whatever the content.
  private static func isUUID(_ bytes: Span<UInt8>, _ part: Range<Int>) -> Bool {
    guard part.count >= 36 else { return false }
    let start = part.upperBound - 36
    for offset in [8, 13, 18, 23] where bytes[start + offset] != 0x2d { return false }
    return true
  }

  /// Eight characters of base64url: four letters or more, one of them a capital behind the first
  /// place, a figure with a letter behind it, and capitals, small letters and figures mixed.
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
