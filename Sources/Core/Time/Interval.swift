// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

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
  @inline(__always)
  public static var zero: Interval { Interval(nanoseconds: 0) }

  /// Whether `left` is shorter.
  @inline(__always)
  public static func < (left: Interval, right: Interval) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// A multiple; a product beyond 64 bits is the longest duration.
  @inline(__always)
  public static func * (count: UInt64, interval: Interval) -> Interval {
    let (product, overflow) = interval.nanoseconds.multipliedReportingOverflow(by: count)
    return Interval(nanoseconds: overflow ? .max : product)
  }

  /// Doubled `count` times, up to `limit`.
  public func doubled(_ count: Int, limit: Interval) -> Interval {
    let count = UInt64(min(max(count, 0), 32))
    guard nanoseconds < limit.nanoseconds >> count else { return max(self, limit) }
    return Interval(nanoseconds: nanoseconds << count)
  }

  /// In milliseconds, rounded down.
  @inline(__always)
  public var milliseconds: UInt64 { nanoseconds / 1_000_000 }
  /// In seconds, rounded down.
  @inline(__always)
  public var seconds: UInt64 { nanoseconds / 1_000_000_000 }
}
