// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TimerComponents

#if arch(arm64)
  import CCounterTimer
#endif

/// The physical timer of Arm's generic timer (Arm ARM, D12), which the kernel makes available to EL0 on
/// QEMU.
public struct ArmGenericTimer<Counter: CounterTimer>: TimerDevice {
  private let counter: Counter
  /// The counter's rate, from CNTFRQ_EL0.
  public let rate: ClockRate

  /// Nil if CNTFRQ_EL0 holds no usable frequency: firmware must set it.
  public init?(_ counter: Counter) {
    guard let rate = ClockRate(hertz: counter.frequency()) else { return nil }
    self.counter = counter
    self.rate = rate
  }

  /// CNTPCT_EL0.
  public func now() -> UInt64 { counter.count() }

  /// Withdraws the interrupt before it enables the timer, so that an old compare value does not fire.
  public func start() {
    disarm()
    counter.setControl(CounterControl.enable)
  }

  /// Sets the compare value; the interrupt fires at or after `deadline`.
  public func arm(deadline: UInt64, now: UInt64) { counter.setCompare(deadline) }

  /// Sets a compare value that is never reached. The line is a level: it falls because the condition "at or
  /// after" becomes false.
  public func disarm() { counter.setCompare(.max) }
}

/// The four registers of the timer: instructions on the target, values in tests.
public protocol CounterTimer {
  /// CNTPCT_EL0.
  func count() -> UInt64
  /// CNTFRQ_EL0, in hertz.
  func frequency() -> UInt64
  /// CNTP_CVAL_EL0.
  func setCompare(_ value: UInt64)
  /// CNTP_CTL_EL0.
  func setControl(_ value: UInt64)
}

/// Bits of CNTP_CTL_EL0. The interrupt mask (bit 1) stays clear.
enum CounterControl {
  static var enable: UInt64 { 1 }
}

#if arch(arm64)
  /// The timer of the processor that the program runs on.
  public struct SystemCounterTimer: CounterTimer {
    /// The processor's timer.
    public init() {}
    /// Reads CNTPCT_EL0, after an ISB.
    public func count() -> UInt64 { ccountertimer_count() }
    /// Reads CNTFRQ_EL0.
    public func frequency() -> UInt64 { ccountertimer_frequency() }
    /// Writes CNTP_CVAL_EL0.
    public func setCompare(_ value: UInt64) { ccountertimer_set_compare(value) }
    /// Writes CNTP_CTL_EL0.
    public func setControl(_ value: UInt64) { ccountertimer_set_control(value) }
  }
#endif
