// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Emulator
import Glibc

/// Ties virtual time to the wall clock: a machine that waits, waits that long; one that is slower
/// than real time finds, when it waits, that more has passed.
struct WallClock {
  private let start = Self.nanoseconds

  private static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private var passed: UInt64 { Self.nanoseconds - start }

  /// Waits for the machine's next event, for something typed, or for the end.
  func wait(for machine: Machine, input: inout ConsoleInput, until end: UInt64) {
    let target = min(machine.nextEvent ?? .max, end)
    let now = passed
    // Rounded up: a wait of 0 would spin.
    let wait = target > now ? (target - now + 999_999) / 1_000_000 : 0
    input.take(waiting: UInt32(min(wait, 1000)), for: machine)
    machine.skip(to: min(max(passed, machine.now), target))
  }
}
