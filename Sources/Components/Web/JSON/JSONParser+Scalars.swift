// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

extension JSONParser {
  /// Reads a string from its quotation mark on. Returns whether it has escapes.
  mutating func readString() throws(JSONError) -> Bool {
    var validator = UTF8Validator()
    var isEscaped = false
    position += 1
    while position < text.count {
      let byte = text[position]
      if byte >= 0x80 || !validator.isComplete {
        guard validator.accepts(byte) else { throw failure(.malformedUTF8) }
        position &+= 1
        continue
      }
      switch byte {
      case 0x22:
        position += 1
        return isEscaped
      case 0x5c:
        isEscaped = true
        try readEscape()
      case ..<0x20: throw failure(.controlCharacter(byte))
      default: position &+= 1
      }
    }
    throw failure(.unexpectedEnd)
  }

  private mutating func readEscape() throws(JSONError) {
    let start = position
    guard start + 1 < text.count else { throw failure(.unexpectedEnd, at: text.count) }
    position += 2
    guard text[start + 1] == 0x75 else {
      guard JSONEscapes.simple(text[start + 1]) != nil else {
        throw failure(.malformedEscape, at: start)
      }
      return
    }
    let unit = try readUnit(escape: start)
    if JSONEscapes.isLowSurrogate(unit) { throw failure(.loneSurrogate, at: start) }
    guard JSONEscapes.isHighSurrogate(unit) else { return }
    let second = position
    guard second + 1 < text.count else { throw failure(.unexpectedEnd, at: text.count) }
    guard text[second] == 0x5c, text[second + 1] == 0x75 else {
      throw failure(.loneSurrogate, at: start)
    }
    position += 2
    guard JSONEscapes.isLowSurrogate(try readUnit(escape: second)) else {
      throw failure(.loneSurrogate, at: start)
    }
  }

  /// Reads the four digits of an escape that began at `start`.
  private mutating func readUnit(escape start: Int) throws(JSONError) -> UInt32 {
    guard let unit = JSONEscapes.hexadecimal(text.span, at: position) else {
      let isCut = text.count - position < 4 && !text[position...].contains(0x22)
      throw isCut
        ? failure(.unexpectedEnd, at: text.count) : failure(.malformedEscape, at: start)
    }
    position += 4
    return unit
  }

  /// Reads a number: `-`, an integer without leading zeroes, a fraction, an exponent.
  mutating func readNumber() throws(JSONError) {
    let start = position
    skip(0x2d)
    if skip(0x30) {
      if position < text.count, ASCII.isDigit(text[position]) {
        throw failure(.malformedNumber, at: start)
      }
    } else {
      try readDigits(start)
    }
    if skip(0x2e) { try readDigits(start) }
    if skip(0x65) || skip(0x45) {
      if !skip(0x2b) { skip(0x2d) }
      try readDigits(start)
    }
  }

  private mutating func readDigits(_ start: Int) throws(JSONError) {
    let first = position
    while position < text.count, ASCII.isDigit(text[position]) { position &+= 1 }
    guard position > first else {
      throw position < text.count
        ? failure(.malformedNumber, at: start) : failure(.unexpectedEnd)
    }
  }

  @discardableResult
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  /// Reads `true`, `false` or `null`. What follows is checked with the next step.
  mutating func readWord(_ word: StaticString) throws(JSONError) {
    let end = position + word.utf8CodeUnitCount
    if end <= text.count, word.equals(text.span.extracting(position..<end)) {
      position = end
      return
    }
    var isCut = true
    let rest = text.span.extracting(position..<text.count)
    for index in rest.indices where !ASCII.isLetter(rest[index]) { isCut = false }
    throw isCut && end > text.count
      ? failure(.unexpectedEnd, at: text.count) : failure(.unknownWord)
  }
}
