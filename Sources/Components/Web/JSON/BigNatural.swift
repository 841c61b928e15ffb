// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A natural number of any size, as far as reading a `Double` needs it.
struct BigNatural {
  /// 32 bits each, least significant first, without zeroes at the end.
  private var limbs: [UInt32]

  init(_ value: UInt32) { limbs = value == 0 ? [] : [value] }

  /// The number with these decimal digits.
  init(decimal digits: [UInt8]) {
    self.init(0)
    var index = 0
    while index < digits.count {
      let end = min(index + 9, digits.count)
      var (chunk, scale): (UInt32, UInt32) = (0, 1)
      for digit in digits[index..<end] {
        chunk = chunk &* 10 &+ UInt32(digit)
        scale = scale &* 10
      }
      multiply(by: scale, adding: chunk)
      index = end
    }
  }

  /// Bits up to the highest one that is set.
  var bitCount: Int {
    limbs.last.map { limbs.count * 32 - $0.leadingZeroBitCount } ?? 0
  }

  mutating func multiply(by factor: UInt32, adding summand: UInt32 = 0) {
    var carry = UInt64(summand)
    for index in limbs.indices {
      carry &+= UInt64(limbs[index]) &* UInt64(factor)
      limbs[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if carry > 0 { limbs.append(UInt32(truncatingIfNeeded: carry)) }
  }

  mutating func multiply(byPowerOfTen exponent: Int) {
    for _ in 0..<exponent / 9 { multiply(by: 1_000_000_000) }
    for _ in 0..<exponent % 9 { multiply(by: 10) }
  }

  mutating func shiftLeft(_ count: Int) {
    guard count > 0, !limbs.isEmpty else { return }
    if count % 32 > 0 { multiply(by: 1 << UInt32(count % 32)) }
    limbs.insert(contentsOf: [UInt32](repeating: 0, count: count / 32), at: 0)
  }

  /// Subtracts `other` if it is not greater. Returns whether it was.
  private mutating func subtract(ifPossible other: BigNatural) -> Bool {
    guard !isLess(than: other) else { return false }
    var borrow: Int64 = 0
    for index in limbs.indices {
      let subtrahend = index < other.limbs.count ? Int64(other.limbs[index]) : 0
      let difference = Int64(limbs[index]) - subtrahend + borrow
      limbs[index] = UInt32(truncatingIfNeeded: difference)
      borrow = difference >> 32
    }
    while limbs.last == 0 { limbs.removeLast() }
    return true
  }

  private func isLess(than other: BigNatural) -> Bool {
    guard limbs.count == other.limbs.count else { return limbs.count < other.limbs.count }
    for index in limbs.indices.reversed() where limbs[index] != other.limbs[index] {
      return limbs[index] < other.limbs[index]
    }
    return false
  }

  /// The `Double` nearest to a quotient; neither number is 0.
  static func quotient(_ numerator: BigNatural, _ denominator: BigNatural) -> Double {
    // The quotient is at least 2^exponent and below 2^(exponent + 2).
    let exponent = numerator.bitCount - denominator.bitCount - 1
    // Its last binary place in a double: 2^-1074 for subnormal numbers.
    let last = max(exponent - 52, -1074)
    var (rest, divisor) = (numerator, denominator)
    rest.shiftLeft(-last)
    divisor.shiftLeft(last)
    // The integer part of the quotient now has at most 54 bits.
    var places = max(rest.bitCount - divisor.bitCount + 1, 0)
    divisor.shiftLeft(places)
    var significand: UInt64 = 0
    while places > 0 {
      places -= 1
      divisor.halve()
      significand = significand << 1 | (rest.subtract(ifPossible: divisor) ? 1 : 0)
    }
    // What is left over is more than half of the last place if twice of it exceeds the divisor.
    let hasRest = !rest.limbs.isEmpty
    rest.multiply(by: 2)
    let isAboveHalf = divisor.isLess(than: rest)
    let isHalf = hasRest && !isAboveHalf && !rest.isLess(than: divisor)
    return round(significand, last, isHalf: isHalf, isAboveHalf: isAboveHalf, hasRest)
  }

  /// Rounds `significand` times 2^last, and what is left over, to the nearest `Double`.
  private static func round(
    _ significand: UInt64, _ last: Int, isHalf: Bool, isAboveHalf: Bool, _ hasRest: Bool
  ) -> Double {
    var (value, exponent) = (significand, last)
    if value >> 53 > 0 {
      // One bit more than there is room for: that bit is the half.
      let isOdd = value & 1 == 1
      value >>= 1
      exponent += 1
      if isOdd, hasRest || value & 1 == 1 { value += 1 }
    } else if isAboveHalf || isHalf && value & 1 == 1 {
      value += 1
    }
    // Both factors are exact, and so is the product unless it overflows.
    return Double(sign: .plus, exponent: exponent, significand: Double(value))
  }

  private mutating func halve() {
    var carry: UInt32 = 0
    for index in limbs.indices.reversed() {
      let limb = limbs[index]
      limbs[index] = limb >> 1 | carry << 31
      carry = limb & 1
    }
    if limbs.last == 0 { limbs.removeLast() }
  }
}
