// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CCounterTimer
import Microkit
import TimerComponents

/// The processor's own counter, read without a kernel call: both boards' kernels let programs read it
/// (`KernelArmExportPCNTUser`). Its zero is not the timer driver's, so that only differences mean something there.
public struct Clock: Sendable {
  private let rate: ClockRate

  public init() {
    guard let rate = ClockRate(hertz: ccountertimer_frequency()) else {
      fatal("CNTFRQ_EL0 gives no frequency")
    }
    self.rate = rate
  }

  /// Nanoseconds since the counter started; never falls.
  public func now() -> UInt64 { rate.nanoseconds(ticks: ccountertimer_count()) }

  /// The counter itself, whose lowest bits nobody outside knows.
  public var ticks: UInt64 { ccountertimer_count() }
}
