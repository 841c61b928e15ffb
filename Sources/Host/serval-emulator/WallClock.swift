// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// The host's clock.
enum WallClock {
  /// Nanoseconds since some moment; never goes back.
  static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// How often a busy machine's keyboard and network are looked at: with thousands of connections a look
/// takes longer than the machine runs between two system calls.
struct LookingTimes {
  /// Nanoseconds between two looks, at least.
  private static let shortest: UInt64 = 50_000
  /// Of the time, one part of five goes into looking, at most.
  private static let share: UInt64 = 4
  private var next: UInt64 = 0

  /// Looks, if it is time.
  mutating func ifDue(_ look: () -> Void) {
    let start = WallClock.nanoseconds
    guard start >= next else { return }
    look()
    let end = WallClock.nanoseconds
    next = end + max(Self.shortest, (end - start) * Self.share)
  }
}
