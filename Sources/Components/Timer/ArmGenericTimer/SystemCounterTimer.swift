// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if arch(arm64)
  import CCounterTimer

  /// The timer of the processor that we run on.
  public struct SystemCounterTimer: CounterTimer {
    public init() {}
    public func count() -> UInt64 { ccountertimer_count() }
    public func frequency() -> UInt64 { ccountertimer_frequency() }
    public func setCompare(_ value: UInt64) { ccountertimer_set_compare(value) }
    public func setControl(_ value: UInt64) { ccountertimer_set_control(value) }
  }
#endif
