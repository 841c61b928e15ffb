// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A time in nanoseconds of a monotonic clock (the timer driver's). The stack never reads a clock:
/// each call that needs the time is given it.
public struct Instant: Comparable, BitwiseCopyable, Sendable {
  /// Nanoseconds since the clock's start.
  public let nanoseconds: UInt64

  /// A time on the clock.
  @inline(__always)
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// Later than every other time: no deadline.
  @inline(__always)
  public static var never: Instant { Instant(nanoseconds: .max) }

  /// Whether `left` is earlier.
  @inline(__always)
  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  @inline(__always)
  static func max(_ left: Instant, _ right: Instant) -> Instant { left < right ? right : left }

  /// The sum, saturating at `never`.
  @inline(__always)
  public static func + (start: Instant, interval: Interval) -> Instant {
    let (sum, overflow) = start.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    return Instant(nanoseconds: overflow ? .max : sum)
  }

  /// The difference; zero if `earlier` is the later one.
  @inline(__always)
  public static func - (later: Instant, earlier: Instant) -> Interval {
    Interval(
      nanoseconds: later.nanoseconds > earlier.nanoseconds
        ? later.nanoseconds &- earlier.nanoseconds : 0)
  }

  /// Whole milliseconds, wrapping after 49 days, as TCP's timestamps do.
  @inline(__always)
  var milliseconds: UInt32 { UInt32(truncatingIfNeeded: nanoseconds / 1_000_000) }
}

/// A duration in nanoseconds.
public struct Interval: Comparable, BitwiseCopyable, Sendable {
  /// The duration in nanoseconds.
  public let nanoseconds: UInt64

  /// A duration.
  @inline(__always)
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// A duration in milliseconds.
  @inline(__always)
  public static func milliseconds(_ count: UInt64) -> Interval {
    Interval(nanoseconds: count &* 1_000_000)
  }
  /// A duration in seconds.
  @inline(__always)
  public static func seconds(_ count: UInt64) -> Interval { milliseconds(count &* 1000) }

  /// No time.
  public static var zero: Interval { Interval(nanoseconds: 0) }

  /// Whether `left` is shorter.
  @inline(__always)
  public static func < (left: Interval, right: Interval) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// Doubled `count` times, up to `limit`.
  func doubled(_ count: Int, limit: Interval) -> Interval {
    let count = UInt64(min(max(count, 0), 32))
    guard nanoseconds < limit.nanoseconds >> count else { return max(self, limit) }
    return Interval(nanoseconds: nanoseconds << count)
  }

  /// In milliseconds, rounded down.
  var milliseconds: UInt64 { nanoseconds / 1_000_000 }
  /// In seconds, rounded down.
  var seconds: UInt64 { nanoseconds / 1_000_000_000 }
}
