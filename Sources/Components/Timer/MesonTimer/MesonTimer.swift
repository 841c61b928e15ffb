// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers
import TimerComponents

/// The Meson timers of the Odroid-C4: E, 64 bits of microseconds, is the clock; A, 16 bits, the
/// interrupt.
public struct MesonTimer<Bus: RegisterBus>: TimerDevice {
  private typealias Map = MesonTimerRegisters

  /// Where the registers begin, in bytes from the address in the device's record.
  public static var registersOffset: Int { 0x70 }
  /// Bytes of registers that the driver reaches from there.
  public static var registersByteCount: Int { 0x50 }

  private let bus: Bus
  public let rate: ClockRate

  /// `bus` begins at `registersOffset`. Never nil: a rate is only refused when it is 0 or too
  /// large.
  public init?(_ bus: Bus) {
    guard let rate = ClockRate(hertz: 1_000_000) else { return nil }
    self.bus = bus
    self.rate = rate
  }

  public func now() -> UInt64 {
    let before = bus.read(Map.timerEHigh).bits
    var low = bus.read(Map.timerELow).bits
    let high = bus.read(Map.timerEHigh).bits
    // A carry in between: the low word is from before or after it. After it there are 71 minutes to
    // the next.
    if high != before { low = bus.read(Map.timerELow).bits }
    return UInt64(high) << 32 | UInt64(low)
  }

  public func start() {
    disarm()
    // Any write sets E to 0.
    bus.write(Map.Microseconds(bits: 0), to: Map.timerELow)
  }

  /// A's ticks are as long as they have to be, so that it rings once for a wait of up to 65 s, and late by a
  /// 6,553rd of the wait at most. A longer wait is done in pieces: the server finds nothing expired and arms again.
  public func arm(deadline: UInt64, now: UInt64) {
    let wait = deadline > now ? deadline - now : 1
    var base: UInt32 = 0
    var tick: UInt64 = 1
    while base < 3, wait > 0xffff &* tick {
      base += 1
      tick &*= 10
    }
    // Cutting the number to 16 bits instead would make 65536 ticks none at all.
    let (whole, rest) = (wait / tick, wait % tick)
    let count = UInt32(truncatingIfNeeded: min(rest == 0 ? whole : whole + 1, 0xffff))
    setMultiplexer(interrupt: false, base: base)
    bus.write(Map.Microseconds(bits: count), to: Map.timerA)
    setMultiplexer(interrupt: true, base: base)
  }

  public func disarm() { setMultiplexer(interrupt: false) }

  // A counts once, E in microseconds; the block's other timers stay off.
  private func setMultiplexer(interrupt: Bool, base: UInt32 = 0) {
    var multiplexer = Map.Multiplexer(bits: 0).with(Map.Multiplexer.enableA, interrupt)
    multiplexer[Map.Multiplexer.clockA] = base
    multiplexer[Map.Multiplexer.clockE] = 1
    bus.write(multiplexer, to: Map.multiplexer)
  }
}
