// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

extension JSONValue {
  /// Whether it is `null`.
  public var isNull: Bool { kind == .null }

  /// The value if it is `true` or `false`.
  public var bool: Bool? {
    kind == .bool ? document.text[offset] == 0x74 : nil
  }

  /// The value if it is a string.
  public var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

  /// The UTF-8 of a string.
  public var utf8: [UInt8]? { kind == .string ? document.string(index) : nil }

  /// The value if it is an integer that fits; the text must not have a fraction or an exponent.
  public var int: Int? { integer() }

  /// The value if it is a number that a `Double` can hold, rounded to the nearest; nil if it is beyond the largest.
  public var double: Double? {
    guard kind == .number else { return nil }
    let value = DecimalNumber(document.source(index).span).double
    return value.isFinite ? value : nil
  }

  /// The value as an integer of any type, if it is one that fits.
  public func integer<Number: FixedWidthInteger>(as: Number.Type = Number.self) -> Number? {
    do throws(JSONError.Reason) { return try exactInteger() } catch { return nil }
  }

  func checkedInteger<Number: FixedWidthInteger>() throws(JSONError) -> Number {
    do throws(JSONError.Reason) { return try exactInteger() } catch { throw self.error(error) }
  }

  /// Throws only the reason: a `JSONError` has a path, and to find it takes time in proportion to the text.
  private func exactInteger<Number: FixedWidthInteger>() throws(JSONError.Reason) -> Number {
    guard kind == .number else { throw .wrongKind(expected: .number, found: kind) }
    let text = document.source(index)
    let digits = text.span
    let isNegative = digits[0] == 0x2d
    let magnitude = digits.extracting((isNegative ? 1 : 0)..<digits.count)
    for place in magnitude.indices where !ASCII.isDigit(magnitude[place]) { throw .notAnInteger }
    guard let value = ASCII.decimal(magnitude) else { throw .outOfRange }
    guard isNegative else {
      guard let number = Number(exactly: value) else { throw .outOfRange }
      return number
    }
    // 2^63 has no positive Int64.
    guard value <= 1 << 63, let number = Number(exactly: Int64(truncatingIfNeeded: 0 &- value))
    else { throw .outOfRange }
    return number
  }

  func expect(_ expected: JSONKind) throws(JSONError) {
    if kind != expected { throw error(.wrongKind(expected: expected, found: kind)) }
  }
}
