// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What an archive's address ends with: 128 random bits, as hexadecimal digits.
struct Token {
  private let high: UInt64
  private let low: UInt64

  /// A new token, as hard to guess as the random numbers of the machine.
  init() {
    var generator = SystemRandomNumberGenerator()
    (high, low) = (generator.next(), generator.next())
  }

  /// The token of 32 digits.
  init?(_ digits: Span<UInt8>) {
    guard digits.count == 32 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for index in digits.indices {
      guard let digit = ASCII.hexadecimal(digits[index]) else { return nil }
      high = high << 4 | low >> 60
      low = low << 4 | UInt64(digit)
    }
    (self.high, self.low) = (high, low)
  }

  /// 32 digits.
  var text: [UInt8] {
    var text: [UInt8] = []
    for number in [high, low] { text.append(digits: number) }
    return text
  }

  /// Takes the same time wherever the first difference is.
  func equals(_ other: Token) -> Bool { (high ^ other.high) | (low ^ other.low) == 0 }
}

extension Array where Element == UInt8 {
  /// Appends the 16 hexadecimal digits of `number`.
  mutating func append(digits number: UInt64) {
    for shift in stride(from: 60, through: 0, by: -4) {
      append(hexadecimal: number >> UInt64(shift) & 0xf)
    }
  }
}
