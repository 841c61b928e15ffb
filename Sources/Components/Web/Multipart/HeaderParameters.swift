// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The parameters of a header's value: `form-data; name="a"; filename=b`. Strict: no spaces around `=`, no empty ones except a
/// semicolon at the end.
struct HeaderParameters {
  struct Parameter {
    let name: Range<Int>
    /// Without the quotes; escapes are still there.
    let value: Range<Int>
    let isQuoted: Bool
  }

  private var position: Int
  private let firstEnd: Int

  init(_ value: Span<UInt8>) {
    position = value.first(0x3b, in: 0..<value.count) ?? value.count
    firstEnd = position
  }

  /// What comes before the first semicolon, without the spaces around it.
  func first(_ value: Span<UInt8>) -> Range<Int> { value.withoutBlanks(0..<firstEnd) }

  /// The next parameter; nil at the end.
  mutating func next(_ value: Span<UInt8>) throws(MultipartError.Reason) -> Parameter? {
    skipBlanks(value)
    guard position < value.count else { return nil }
    guard value[position] == 0x3b else { throw .malformedParameters }
    position += 1
    skipBlanks(value)
    guard position < value.count else { return nil }
    let start = position
    while position < value.count, HeaderCharacters.isToken(value[position]) { position += 1 }
    let name = start..<position
    guard !name.isEmpty, position < value.count, value[position] == 0x3d else {
      throw .malformedParameters
    }
    position += 1
    guard position < value.count, value[position] == 0x22 else {
      let start = position
      while position < value.count, HeaderCharacters.isUnquoted(value[position]) { position += 1 }
      guard position > start else { throw .malformedParameters }
      return Parameter(name: name, value: start..<position, isQuoted: false)
    }
    return Parameter(name: name, value: try quoted(value), isQuoted: true)
  }

  /// A quoted string. Browsers write a backslash as it is, others escape quotes with it (RFC 9110 section 5.6.4). A backslash
  /// before the value's very last quote is part of the string, since that quote ends it.
  private mutating func quoted(
    _ value: Span<UInt8>
  ) throws(MultipartError.Reason) -> Range<Int> {
    position += 1
    let start = position
    while position < value.count {
      let byte = value[position]
      if byte == 0x22 {
        position += 1
        return start..<position - 1
      }
      let isEscape =
        byte == 0x5c && position + 2 < value.count
        && (value[position + 1] == 0x22 || value[position + 1] == 0x5c)
      position += isEscape ? 2 : 1
    }
    throw .malformedParameters
  }

  private mutating func skipBlanks(_ value: Span<UInt8>) {
    while position < value.count, HeaderCharacters.isBlank(value[position]) { position += 1 }
  }
}

extension HeaderParameters.Parameter {
  enum Match {
    case other
    /// `name=`
    case plain
    /// `name*=`, whose value has an encoding (RFC 8187).
    case extended
    /// `name*0=` and the like (RFC 2231).
    case divided
  }

  /// How this is the parameter `expected`, in any case.
  func match(_ expected: StaticString, _ value: Span<UInt8>) -> Match {
    let count = expected.utf8CodeUnitCount
    guard name.count >= count else { return .other }
    let start = name.lowerBound
    guard expected.equalsIgnoringCase(value.extracting(start..<start + count)) else {
      return .other
    }
    if name.count == count { return .plain }
    guard value[start + count] == 0x2a else { return .other }
    return name.count == count + 1 ? .extended : .divided
  }
}

/// Character classes of headers.
enum HeaderCharacters {
  /// Space or tab.
  @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// `tchar` of RFC 9110 section 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    // " ( ) , / : ; < = > ? @ [ \ ] { }
    case 0x22, 0x28, 0x29, 0x2c, 0x2f, 0x3a...0x40, 0x5b...0x5d, 0x7b, 0x7d: false
    default: ASCII.isVisible(byte)
    }
  }

  /// What a value without quotes may have: besides tokens, what clients leave in boundaries, and bytes above ASCII. Not the comma,
  /// which joins two fields of a name.
  static func isUnquoted(_ byte: UInt8) -> Bool {
    switch byte {
    // / : = ?
    case 0x2f, 0x3a, 0x3d, 0x3f: true
    default: isToken(byte) || byte >= 0x80
    }
  }
}

extension Span where Element == UInt8 {
  /// `range` without spaces and tabs at either end.
  func withoutBlanks(_ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, HeaderCharacters.isBlank(self[lower]) { lower += 1 }
    while upper > lower, HeaderCharacters.isBlank(self[upper - 1]) { upper -= 1 }
    return lower..<upper
  }
}
