// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers
import SerialComponents

/// Arm's PrimeCell UART (PL011, DDI 0183) on QEMU's virt board.
public struct PL011<Bus: RegisterBus>: SerialDevice {
  private typealias Map = PL011Registers

  /// Size in bytes of the registers that the driver uses.
  public static var registersByteCount: Int { 0x48 }

  private let bus: Bus
  private let clock: UInt64
  // The value of the interrupt mask register.
  private var mask = Map.Interrupts(bits: 0)

  /// `clock` is the reference clock in hertz.
  public init(_ bus: Bus, clock: UInt32 = 24_000_000) {
    self.bus = bus
    self.clock = UInt64(clock)
  }

  /// Stops the UART, programs it and starts it again, with FIFOs.
  public mutating func start(baud: UInt64, receive: Bool) throws(SerialDeviceFault) {
    let divisor = try PL011Divisor(clock: clock, baud: baud)

    // Wait for output of the boot loader or the kernel to leave the FIFO, but not forever.
    var patience = 1_000_000
    while patience > 0, bus.read(Map.flags).has(Map.Flags.busy) { patience -= 1 }

    // The line control register must not be written while the UART is enabled (3.3.7), so disable it
    // first.
    bus.write(Map.Control(bits: 0), to: Map.control)
    mask = Map.Interrupts(bits: 0)
    bus.write(mask, to: Map.interruptMask)
    bus.write(Map.Interrupts(bits: 0).with(Map.Interrupts.all, true), to: Map.interruptClear)

    // The divisors take effect when the line control register is written (3.3.6), so write it last.
    bus.write(Map.Number(bits: divisor.integer), to: Map.integerDivisor)
    bus.write(Map.Number(bits: divisor.fraction), to: Map.fractionalDivisor)
    var line = Map.LineControl(bits: 0).with(Map.LineControl.fifos, true)
    line[Map.LineControl.wordLength] = 3
    bus.write(line, to: Map.lineControl)

    // Interrupt when the receive FIFO is 1/8 full, and when the transmit FIFO falls to 1/8.
    bus.write(Map.Number(bits: 0), to: Map.fifoLevels)
    setReceiveInterrupt(receive)
    bus.write(
      Map.Control(bits: 0)
        .with(Map.Control.enable, true).with(Map.Control.transmit, true)
        .with(Map.Control.receive, receive),
      to: Map.control)
  }

  /// Whether the transmit FIFO has room.
  public func hasTransmitRoom() -> Bool { !bus.read(Map.flags).has(Map.Flags.transmitFull) }

  /// Writes a byte to the transmit FIFO.
  public func transmit(_ byte: UInt8) { bus.write(Map.Sent(bits: UInt32(byte)), to: Map.data) }

  /// Whether the receive FIFO holds a byte.
  public func hasReceived() -> Bool { !bus.read(Map.flags).has(Map.Flags.receiveEmpty) }

  /// The next byte, with its errors.
  public mutating func receive() -> ReceivedByte {
    let view = bus.read(Map.data)
    var errors = LineErrors()
    if view.has(Map.Received.framing) { errors.insert(.framing) }
    if view.has(Map.Received.parity) { errors.insert(.parity) }
    if view.has(Map.Received.lineBreak) { errors.insert(.lineBreak) }
    if view.has(Map.Received.overrun) { errors.insert(.overrun) }
    return ReceivedByte(UInt8(truncatingIfNeeded: view[Map.Received.byte]), errors: errors)
  }

  /// The causes of enabled interrupts. Clears the transmit interrupt.
  public mutating func takeInterrupts() -> SerialInterrupts {
    let pending = bus.read(Map.maskedInterrupts)
    let transmit = pending.has(Map.Interrupts.transmit)
    // The transmit interrupt latches when the FIFO falls to its level. Clear it before the FIFO is
    // filled: then the next fall raises it again. Cleared afterwards, a fall in between would be
    // lost. The receive interrupts end when the bytes are read (DDI 0183, 3.4).
    if transmit {
      bus.write(
        Map.Interrupts(bits: 0).with(Map.Interrupts.transmit, true), to: Map.interruptClear)
    }
    return SerialInterrupts(
      transmit: transmit,
      receive: pending.has(Map.Interrupts.receive) || pending.has(Map.Interrupts.receiveTimeout))
  }

  /// Turns the transmit interrupt on or off.
  public mutating func setTransmitInterrupt(_ on: Bool) {
    setMask(mask.with(Map.Interrupts.transmit, on))
  }

  /// Turns the receive and receive timeout interrupts on or off.
  public mutating func setReceiveInterrupt(_ on: Bool) {
    setMask(mask.with(Map.Interrupts.receive, on).with(Map.Interrupts.receiveTimeout, on))
  }

  private mutating func setMask(_ new: PL011Registers.Interrupts) {
    if new.bits == mask.bits { return }
    mask = new
    bus.write(mask, to: Map.interruptMask)
  }
}

/// The PL011's baud rate divisor: clock / (16 * baud) in units of 1/64, rounded to nearest (DDI 0183,
/// 3.3.6).
struct PL011Divisor: Equatable {
  let integer: UInt32
  let fraction: UInt32

  /// `clock` is in hertz and below 2^32; `baud` is in bits per second and may be any number.
  init(clock: UInt64, baud: UInt64) throws(SerialDeviceFault) {
    guard baud > 0 else { throw .unsupportedBaud }
    let sixtyFourths = (clock &* 4 &+ baud / 2) / baud
    // The integer part is 1 to 65,535; at 65,535 the fraction must be 0.
    guard sixtyFourths >= 1 << 6, sixtyFourths <= 0xffff << 6 else { throw .unsupportedBaud }
    integer = UInt32(truncatingIfNeeded: sixtyFourths >> 6)
    fraction = UInt32(truncatingIfNeeded: sixtyFourths & 63)
  }
}
