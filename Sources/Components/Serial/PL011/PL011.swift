// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers
import SerialComponents

/// Arm's PrimeCell UART (PL011; DDI 0183), as on QEMU's virt board.
public struct PL011<Bus: RegisterBus>: SerialDevice {
  private typealias Map = PL011Registers

  /// Bytes of registers that the driver reaches.
  public static var registersByteCount: Int { 0x48 }

  private let bus: Bus
  private let clock: UInt64
  // What the interrupt mask register holds.
  private var mask = Map.Interrupts(bits: 0)

  /// `clock` is the reference clock in hertz.
  public init(_ bus: Bus, clock: UInt32 = 24_000_000) {
    self.bus = bus
    self.clock = UInt64(clock)
  }

  public mutating func start(baud: UInt64, receive: Bool) throws(SerialDeviceFault) {
    let divisor = try PL011Divisor(clock: clock, baud: baud)

    // Let what the boot loader or the kernel wrote go out; but not for ever, in case it never does.
    var patience = 1_000_000
    while patience > 0, bus.read(Map.flags).has(Map.Flags.busy) { patience -= 1 }

    bus.write(Map.Control(bits: 0), to: Map.control)
    mask = Map.Interrupts(bits: 0)
    bus.write(mask, to: Map.interruptMask)
    bus.write(Map.Interrupts(bits: 0).with(Map.Interrupts.all, true), to: Map.interruptClear)

    // The divisors take effect with the write of the line control register (3.3.6).
    bus.write(Map.Number(bits: divisor.integer), to: Map.integerDivisor)
    bus.write(Map.Number(bits: divisor.fraction), to: Map.fractionalDivisor)
    var line = Map.LineControl(bits: 0).with(Map.LineControl.fifos, true)
    line[Map.LineControl.wordLength] = 3
    bus.write(line, to: Map.lineControl)

    // Interrupt at 1/8 full for receive; for transmit when only 1/8 is left to send.
    bus.write(Map.Number(bits: 0), to: Map.fifoLevels)
    setReceiveInterrupt(receive)
    bus.write(
      Map.Control(bits: 0)
        .with(Map.Control.enable, true).with(Map.Control.transmit, true)
        .with(Map.Control.receive, receive),
      to: Map.control)
  }

  public func hasTransmitRoom() -> Bool { !bus.read(Map.flags).has(Map.Flags.transmitFull) }

  public func transmit(_ byte: UInt8) { bus.write(Map.Sent(bits: UInt32(byte)), to: Map.data) }

  public func hasReceived() -> Bool { !bus.read(Map.flags).has(Map.Flags.receiveEmpty) }

  public mutating func receive() -> ReceivedByte {
    let view = bus.read(Map.data)
    var errors = LineErrors()
    if view.has(Map.Received.framing) { errors.insert(.framing) }
    if view.has(Map.Received.parity) { errors.insert(.parity) }
    if view.has(Map.Received.lineBreak) { errors.insert(.lineBreak) }
    if view.has(Map.Received.overrun) { errors.insert(.overrun) }
    return ReceivedByte(UInt8(truncatingIfNeeded: view[Map.Received.byte]), errors: errors)
  }

  public mutating func takeInterrupts() -> SerialInterrupts {
    let pending = bus.read(Map.maskedInterrupts)
    let transmit = pending.has(Map.Interrupts.transmit)
    // The transmit interrupt is latched when the FIFO falls to its level. Cleared before the FIFO
    // is filled, it comes again exactly when that was worth it; the receive ones go with the bytes
    // (DDI 0183, 3.4).
    if transmit {
      bus.write(
        Map.Interrupts(bits: 0).with(Map.Interrupts.transmit, true), to: Map.interruptClear)
    }
    return SerialInterrupts(
      transmit: transmit,
      receive: pending.has(Map.Interrupts.receive) || pending.has(Map.Interrupts.receiveTimeout))
  }

  public mutating func setTransmitInterrupt(_ on: Bool) {
    setMask(mask.with(Map.Interrupts.transmit, on))
  }

  public mutating func setReceiveInterrupt(_ on: Bool) {
    setMask(mask.with(Map.Interrupts.receive, on).with(Map.Interrupts.receiveTimeout, on))
  }

  private mutating func setMask(_ new: PL011Registers.Interrupts) {
    if new.bits == mask.bits { return }
    mask = new
    bus.write(mask, to: Map.interruptMask)
  }
}
