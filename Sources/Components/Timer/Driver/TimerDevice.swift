// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A counter that runs for ever, and one interrupt that can be set for a later count.
public protocol TimerDevice: ~Copyable {
  /// Ticks of `now` and of deadlines.
  var rate: ClockRate { get }
  /// Ticks since some moment; never falls.
  func now() -> UInt64
  /// Starts the counter, with no interrupt set.
  mutating func start()
  /// Sets the interrupt for `deadline`, in place of any other; at once where that has passed. It
  /// may come earlier where the hardware cannot wait that long: whoever is woken looks at the time.
  mutating func arm(deadline: UInt64, now: UInt64)
  /// Withdraws the interrupt, so that its line falls before it is acknowledged.
  mutating func disarm()
}
