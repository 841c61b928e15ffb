// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if arch(arm64)
  import CCounterTimer

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
