// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The rate of a counter, and conversions between its ticks and nanoseconds. No argument traps: a result
/// that does not fit becomes the largest number, which is later than any deadline.
public struct ClockRate: Equatable, Sendable {
  /// Ticks per second, 1 to 2^32 - 1.
  public let hertz: UInt64

  private static var nanosecondsPerSecond: UInt64 { 1_000_000_000 }

  /// Nil for 0, which an uninitialised counter register holds, and for 2^32 and more.
  public init?(hertz: UInt64) {
    guard hertz > 0, hertz <= UInt64(UInt32.max) else { return nil }
    self.hertz = hertz
  }

  /// Nanoseconds in `ticks`, rounded down: at least this much time has passed.
  public func nanoseconds(ticks: UInt64) -> UInt64 {
    // Cannot overflow: the remainder is below hertz < 2^32, and 10^9 < 2^30.
    let rest = (ticks % hertz) &* Self.nanosecondsPerSecond / hertz
    return saturating(ticks / hertz, times: Self.nanosecondsPerSecond, plus: rest)
  }

  /// Ticks in `nanoseconds`, rounded up: waiting for them is never too short.
  public func ticks(nanoseconds: UInt64) -> UInt64 {
    // Cannot overflow: 10^9 * 2^32 < 2^62.
    let product = (nanoseconds % Self.nanosecondsPerSecond) &* hertz
    let rest = (product &+ (Self.nanosecondsPerSecond - 1)) / Self.nanosecondsPerSecond
    return saturating(nanoseconds / Self.nanosecondsPerSecond, times: hertz, plus: rest)
  }

  private func saturating(_ whole: UInt64, times factor: UInt64, plus rest: UInt64) -> UInt64 {
    let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
    let (sum, carry) = product.addingReportingOverflow(rest)
    return overflow || carry ? .max : sum
  }
}
