// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A JSON number in decimal: `digits` times a power of ten.
struct DecimalNumber {
  /// More significant digits than any point halfway between two `Double`s has (767), so that the digits beyond only tell
  /// whether the number lies above.
  private static var digitLimit: Int { 770 }

  private let isNegative: Bool
  /// Significant digits, 0 to 9, without leading zeroes.
  private var digits: [UInt8] = []
  private var exponent = 0

  /// Reads a number whose syntax is known to be right.
  init(_ text: Span<UInt8>) {
    isNegative = text.count > 0 && text[0] == 0x2d
    var index = isNegative ? 1 : 0
    var isFraction = false
    while index < text.count {
      let byte = text[index]
      if byte == 0x2e {
        isFraction = true
      } else if ASCII.isDigit(byte) {
        add(byte & 0xf, isFraction)
      } else {
        break
      }
      index += 1
    }
    if index < text.count { addExponent(text.extracting(index + 1..<text.count)) }
  }

  private mutating func add(_ digit: UInt8, _ isFraction: Bool) {
    if digits.isEmpty, digit == 0 {
      if isFraction { exponent -= 1 }
    } else if digits.count < Self.digitLimit {
      digits.append(digit)
      if isFraction { exponent -= 1 }
    } else {
      // Any digit but 0 puts the number above what the digits before it say.
      if digit != 0 { digits[Self.digitLimit - 1] |= 1 }
      if !isFraction { exponent += 1 }
    }
  }

  private mutating func addExponent(_ text: Span<UInt8>) {
    let hasSign = text.count > 0 && !ASCII.isDigit(text[0])
    let magnitude = text.extracting((hasSign ? 1 : 0)..<text.count)
    // Beyond any exponent that digits within `JSONLimits.byteCount` could make up for.
    let limit: UInt64 = 1 << 40
    let value = Int(min(ASCII.decimal(magnitude) ?? limit, limit))
    exponent += hasSign && text[0] == 0x2d ? -value : value
  }

  /// The nearest `Double`, of two equally near ones the one that is even; infinity beyond the largest.
  var double: Double {
    let value = magnitude
    return isNegative ? -value : value
  }

  private var magnitude: Double {
    if digits.isEmpty { return 0 }
    // The number is at least 10^(scale - 1) and below 10^scale.
    let scale = digits.count + exponent
    if scale > 310 { return .infinity }
    if scale < -330 { return 0 }
    return small ?? exact
  }

  /// Numbers for which one operation, which rounds correctly, is enough.
  private var small: Double? {
    guard digits.count <= 15, abs(exponent) <= 22 else { return nil }
    var integer: UInt64 = 0
    for digit in digits { integer = integer &* 10 &+ UInt64(digit) }
    var power = 1.0
    for _ in 0..<abs(exponent) { power *= 10 }
    return exponent < 0 ? Double(integer) / power : Double(integer) * power
  }

  private var exact: Double {
    var numerator = BigNatural(decimal: digits)
    var denominator = BigNatural(1)
    if exponent >= 0 {
      numerator.multiply(byPowerOfTen: exponent)
    } else {
      denominator.multiply(byPowerOfTen: -exponent)
    }
    return BigNatural.quotient(numerator, denominator)
  }
}
