// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// The host's monotonic clock.
enum WallClock {
  /// Nanoseconds since an arbitrary moment; never goes back.
  static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// How often a busy machine's keyboard and network are polled. With thousands of connections, a poll takes longer
/// than the machine runs between two system calls, so polls are limited to a fifth of the time.
struct PollSchedule {
  /// The shortest interval in nanoseconds.
  private static let shortest: UInt64 = 50_000
  /// The shortest interval in multiples of the last poll's duration.
  private static let pause: UInt64 = 4
  private var next: UInt64 = 0

  /// Polls if the interval since the last poll has passed.
  mutating func runIfDue(_ poll: () -> Void) {
    let start = WallClock.nanoseconds
    guard start >= next else { return }
    poll()
    let end = WallClock.nanoseconds
    next = end + max(Self.shortest, (end - start) * Self.pause)
  }
}
