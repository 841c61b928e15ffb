// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Bytes as ASCII characters: what protocols of text need, without Unicode tables.
public enum ASCII {
  @inline(__always) public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  @inline(__always) public static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26
  }
  /// Printable and not a space.
  @inline(__always) public static func isVisible(_ byte: UInt8) -> Bool { byte &- 0x21 < 94 }

  @inline(__always) public static func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  /// The value of a hexadecimal digit; nil for any other byte.
  @inline(__always) public static func hexadecimal(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte & 0xf }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 && isLetter(byte) ? letter + 10 : nil
  }

  /// The number that `bytes` spells in decimal digits alone; nil when empty, other or too large.
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
  /// Appends `number` in decimal, with zeroes in front up to `width` digits.
  public mutating func append(decimal number: UInt64, width: Int = 1) {
    // One digit after the other from the highest power of ten on; no buffer to copy from.
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
