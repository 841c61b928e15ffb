// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Components
import Registers

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

  public func arm(deadline: UInt64, now: UInt64) {
    let wait = deadline > now ? deadline - now : 1
    // A longer wait is done in pieces: the server finds nothing expired and arms again. Cutting the
    // number to 16 bits instead would make 65536 microseconds none at all.
    let piece = UInt32(truncatingIfNeeded: min(wait, 0xffff))
    disarm()
    bus.write(Map.Microseconds(bits: piece), to: Map.timerA)
    setMultiplexer(interrupt: true)
  }

  public func disarm() { setMultiplexer(interrupt: false) }

  // A counts once, both in microseconds; the block's other timers stay off.
  private func setMultiplexer(interrupt: Bool) {
    var multiplexer = Map.Multiplexer(bits: 0).with(Map.Multiplexer.enableA, interrupt)
    multiplexer[Map.Multiplexer.clockE] = 1
    bus.write(multiplexer, to: Map.multiplexer)
  }
}
