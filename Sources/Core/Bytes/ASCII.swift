// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Bytes as ASCII characters, for text protocols: no Unicode tables are linked in.
public enum ASCII {
  /// Whether `byte` is 0 to 9.
  @inline(__always) public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  /// Whether `byte` is A to Z or a to z.
  @inline(__always) public static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26
  }
  /// Whether `byte` is printable and not a space (0x21 to 0x7e).
  @inline(__always) public static func isVisible(_ byte: UInt8) -> Bool { byte &- 0x21 < 94 }

  /// The lowercase letter for an uppercase one; any other byte unchanged.
  @inline(__always) public static func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  /// The value of a hexadecimal digit; nil for any other byte.
  @inline(__always) public static func hexadecimal(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte & 0xf }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 && isLetter(byte) ? letter + 10 : nil
  }

  /// The decimal number in `bytes`; nil if there are no digits, other characters, or more than 64 bits.
  public static func decimal(_ bytes: Span<UInt8>) -> UInt64? {
    guard !bytes.isEmpty else { return nil }
    var value: UInt64 = 0
    for index in bytes.indices {
      guard isDigit(bytes[index]) else { return nil }
      let (product, high) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[index] & 0xf))
      guard !high, !carry else { return nil }
      value = sum
    }
    return value
  }
}

extension Array where Element == UInt8 {
  /// Appends `number` in decimal, with leading zeroes up to `width` digits.
  public mutating func append(decimal number: UInt64, width: Int = 1) {
    // Starts with the highest power of ten, so that digits need no buffer to be reversed in.
    var power: UInt64 = 1
    var count = 1
    while count < 20, number / power >= 10 || count < width {
      power *= 10
      count += 1
    }
    var rest = number
    while power > 0 {
      append(0x30 + UInt8(truncatingIfNeeded: rest / power))
      rest %= power
      power /= 10
    }
  }

  /// Appends `number` in lowercase hexadecimal without leading zeroes.
  public mutating func append(hexadecimal number: UInt64) {
    var shift = 60
    while shift > 0, number >> UInt64(shift) == 0 { shift -= 4 }
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 0xf
      append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      shift -= 4
    }
  }
}
