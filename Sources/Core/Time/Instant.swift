// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A time in nanoseconds of a monotonic clock. Protocols never read a clock: each call that needs the
/// time is given it.
public struct Instant: Comparable, BitwiseCopyable, Sendable {
  /// Nanoseconds since the clock's start.
  public let nanoseconds: UInt64

  /// A time on the clock.
  @inline(__always)
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// When the clock started; no time is earlier.
  @inline(__always)
  public static var start: Instant { Instant(nanoseconds: 0) }

  /// Later than every other time: no deadline.
  @inline(__always)
  public static var never: Instant { Instant(nanoseconds: .max) }

  /// Whether `left` is earlier.
  @inline(__always)
  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The later one.
  @inline(__always)
  public static func max(_ left: Instant, _ right: Instant) -> Instant {
    left < right ? right : left
  }

  /// The sum, saturating at `never`.
  @inline(__always)
  public static func + (start: Instant, interval: Interval) -> Instant {
    let (sum, overflow) = start.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    return Instant(nanoseconds: overflow ? .max : sum)
  }

  /// Moves a time `interval` later, at most to `never`.
  @inline(__always)
  public static func += (time: inout Instant, interval: Interval) { time = time + interval }

  /// The difference; zero if `earlier` is the later one.
  @inline(__always)
  public static func - (later: Instant, earlier: Instant) -> Interval {
    Interval(
      nanoseconds: later.nanoseconds > earlier.nanoseconds
        ? later.nanoseconds &- earlier.nanoseconds : 0)
  }

  /// Whole milliseconds, wrapping after 49 days, as TCP's timestamps do.
  @inline(__always)
  public var milliseconds: UInt32 { UInt32(truncatingIfNeeded: nanoseconds / 1_000_000) }
}
