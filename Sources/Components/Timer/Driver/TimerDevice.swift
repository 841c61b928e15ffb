// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A counter that never stops, with one interrupt that can be set for a later count.
public protocol TimerDevice: ~Copyable {
  /// The rate of the ticks in `now` and in deadlines.
  var rate: ClockRate { get }
  /// Ticks since an arbitrary moment; never decreases.
  func now() -> UInt64
  /// Starts the counter without an interrupt.
  mutating func start()
  /// Sets the interrupt for `deadline`, in place of an earlier setting. It fires at once if the deadline has
  /// passed. It may fire early if the hardware cannot wait that long, so the handler must check the time.
  mutating func arm(deadline: UInt64, now: UInt64)
  /// Withdraws the interrupt. Its line must fall before the interrupt is acknowledged, or it fires again.
  mutating func disarm()
}
