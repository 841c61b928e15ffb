// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TimerComponents

/// The physical timer of Arm's generic timer (Arm ARM, D12), which the kernel lets EL0 use on QEMU.
public struct ArmGenericTimer<Counter: CounterTimer>: TimerDevice {
  private let counter: Counter
  public let rate: ClockRate

  /// Nil where CNTFRQ_EL0 gives no frequency, as without firmware that sets it.
  public init?(_ counter: Counter) {
    guard let rate = ClockRate(hertz: counter.frequency()) else { return nil }
    self.counter = counter
    self.rate = rate
  }

  public func now() -> UInt64 { counter.count() }

  public func start() {
    disarm()
    counter.setControl(CounterControl.enable)
  }

  public func arm(deadline: UInt64, now: UInt64) { counter.setCompare(deadline) }

  // The comparison is with "at or after", so the line falls with a compare value that never comes.
  public func disarm() { counter.setCompare(.max) }
}

/// The four registers of the timer, as instructions or as a test's values.
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

/// Bits of CNTP_CTL_EL0: the interrupt mask (bit 1) stays clear.
enum CounterControl {
  static var enable: UInt64 { 1 }
}
