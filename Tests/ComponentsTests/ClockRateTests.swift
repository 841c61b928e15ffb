// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing
import TimerComponents

@Suite struct ClockRateTests {
  private static let extremes: [UInt64] = [
    0, 1, 2, 999_999_999, 1_000_000_000, 1_000_000_001, UInt64(UInt32.max), 1 << 32, 1 << 62,
    1 << 63, .max - 1, .max,
  ]
  private static let rates: [UInt64] = [
    1, 2, 3, 32_768, 1_000_000, 24_000_000, 62_500_000, 999_999_999, 1_000_000_000,
    UInt64(UInt32.max),
  ]

  @Test func onlyRatesOfThirtyTwoBits() {
    #expect(ClockRate(hertz: 0) == nil)
    #expect(ClockRate(hertz: 1)?.hertz == 1)
    #expect(ClockRate(hertz: UInt64(UInt32.max)) != nil)
    #expect(ClockRate(hertz: 1 << 32) == nil)
  }

  /// Compared with 128-bit arithmetic: rounded down to time, rounded up to ticks, clamped to the largest
  /// number.
  @Test(arguments: rates) func conversionsAreExactAndNeverTrap(hertz: UInt64) throws {
    let rate = try #require(ClockRate(hertz: hertz))
    var values = Self.extremes
    var random = SeededGenerator(seed: 1)
    for index in 0..<2000 {
      values.append(random.next() >> UInt64(index % 64))
    }
    for value in values {
      let nanoseconds = UInt128(value) * 1_000_000_000 / UInt128(hertz)
      let ticks = (UInt128(value) * UInt128(hertz) + 999_999_999) / 1_000_000_000
      guard
        rate.nanoseconds(ticks: value) == UInt64(clamping: nanoseconds),
        rate.ticks(nanoseconds: value) == UInt64(clamping: ticks)
      else {
        Issue.record("\(value) at \(hertz) Hz")
        return
      }
    }
  }
}
