// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CCounterTimer
import Microkit
import Time
import TimerComponents

/// The processor's counter, read without a kernel call: the kernels of both boards export it to programs
/// (`KernelArmExportPCNTUser`). Its origin differs from the timer driver's, so only differences can be compared with it.
public struct Clock: Sendable {
  private let rate: ClockRate

  /// Stops the protection domain if CNTFRQ_EL0 holds no usable frequency.
  public init() {
    guard let rate = ClockRate(hertz: ccountertimer_frequency()) else {
      fatal("CNTFRQ_EL0 has no usable frequency; firmware must set it")
    }
    self.rate = rate
  }

  /// The time since the counter started; never falls.
  public func now() -> Instant {
    Instant(nanoseconds: rate.nanoseconds(ticks: ccountertimer_count()))
  }

  /// The raw counter. Its lowest bits cannot be predicted from outside.
  public var ticks: UInt64 { ccountertimer_count() }
}
