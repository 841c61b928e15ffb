// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// The registers of the Meson timer block (Amlogic S905X3 datasheet, timers). Offsets count from the
/// multiplexer, 0x70 bytes into the block that device trees describe.
enum MesonTimerRegisters {
  static var multiplexer: WriteOnly<Multiplexer> { .init(at: 0x00) }
  static var timerA: WriteOnly<Microseconds> { .init(at: 0x04) }
  static var timerELow: ReadWrite<Microseconds> { .init(at: 0x48) }
  static var timerEHigh: ReadOnly<Microseconds> { .init(at: 0x4c) }

  struct Multiplexer: RegisterView {
    var bits: UInt32
    /// Tick of timer A: 1, 10, 100 or 1,000 microseconds for 0 to 3.
    static var clockA: Bits<Self> { .init(0, 1) }
    /// Tick of timer E; 1 is 1 microsecond.
    static var clockE: Bits<Self> { .init(8, 10) }
    static var periodicA: Bits<Self> { .init(12) }
    static var enableA: Bits<Self> { .init(16) }
  }

  /// A count of microseconds; for timer A, of its tick.
  struct Microseconds: RegisterView {
    var bits: UInt32
  }
}
