// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers
import TimerComponents

/// The Meson timers of the Odroid-C4. Timer E counts microseconds in 64 bits and is the clock; timer A, with
/// 16 bits, causes the interrupt.
public struct MesonTimer<Bus: RegisterBus>: TimerDevice {
  private typealias Map = MesonTimerRegisters

  /// Offset of the registers in bytes from the address in the device's record.
  public static var registersOffset: Int { 0x70 }
  /// Size in bytes of the registers that the driver uses from there.
  public static var registersByteCount: Int { 0x50 }

  private let bus: Bus
  /// 1 MHz.
  public let rate: ClockRate

  /// `bus` begins at `registersOffset`. Never nil, since `ClockRate` accepts 1 MHz.
  public init?(_ bus: Bus) {
    guard let rate = ClockRate(hertz: 1_000_000) else { return nil }
    self.bus = bus
    self.rate = rate
  }

  /// Timer E, in microseconds.
  public func now() -> UInt64 {
    let before = bus.read(Map.timerEHigh).bits
    var low = bus.read(Map.timerELow).bits
    let high = bus.read(Map.timerEHigh).bits
    // If the high word changed, the low word may be from before or after the carry. Read it again: the next carry
    // is 71 minutes away.
    if high != before { low = bus.read(Map.timerELow).bits }
    return UInt64(high) << 32 | UInt64(low)
  }

  /// Sets the clock to 0.
  public func start() {
    disarm()
    // Any write sets timer E to 0.
    bus.write(Map.Microseconds(bits: 0), to: Map.timerELow)
  }

  /// Sets timer A, with the shortest tick with which the wait fits into 16 bits. One interrupt covers a wait of up to 65 s,
  /// and is late by at most 1/6,553 of it. A longer wait takes several interrupts: the server finds that nothing has
  /// expired, and arms the timer again.
  public func arm(deadline: UInt64, now: UInt64) {
    let wait = deadline > now ? deadline - now : 1
    var base: UInt32 = 0
    var tick: UInt64 = 1
    while base < 3, wait > 0xffff &* tick {
      base += 1
      tick &*= 10
    }
    // Clamp: truncated to 16 bits, 65,536 ticks would become 0.
    let (whole, rest) = (wait / tick, wait % tick)
    let count = UInt32(truncatingIfNeeded: min(rest == 0 ? whole : whole + 1, 0xffff))
    // Off while the count changes, so that the old one does not fire with the new tick.
    setMultiplexer(interrupt: false, base: base)
    bus.write(Map.Microseconds(bits: count), to: Map.timerA)
    setMultiplexer(interrupt: true, base: base)
  }

  /// Turns timer A off.
  public func disarm() { setMultiplexer(interrupt: false) }

  // Timer A counts once and timer E in microseconds; the other timers of the block stay off.
  private func setMultiplexer(interrupt: Bool, base: UInt32 = 0) {
    var multiplexer = Map.Multiplexer(bits: 0).with(Map.Multiplexer.enableA, interrupt)
    multiplexer[Map.Multiplexer.clockA] = base
    multiplexer[Map.Multiplexer.clockE] = 1
    bus.write(multiplexer, to: Map.multiplexer)
  }
}
