// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers
import SerialComponents

/// The Meson UART of the Odroid-C4. Its interrupt is an edge for each byte received or sent.
public struct MesonUART<Bus: RegisterBus>: SerialDevice {
  private typealias Map = MesonUARTRegisters

  /// Size in bytes of the registers that the driver uses.
  public static var registersByteCount: Int { 0x18 }

  private let bus: Bus
  private let clock: UInt64
  // The value of the control register.
  private var control = Map.Control(bits: 0)

  /// `crystal` is the crystal's frequency in hertz; the UART runs at half of it.
  public init(_ bus: Bus, crystal: UInt32 = 24_000_000) {
    self.bus = bus
    clock = UInt64(crystal) / 2
  }

  /// Resets the UART and starts it with 8 data bits, no parity and one stop bit.
  public mutating func start(baud: UInt64, receive: Bool) throws(SerialDeviceFault) {
    // Ticks per bit, rounded to nearest. The guard keeps the sum far below 2^64.
    guard baud > 0, clock >= baud else { throw .unsupportedBaud }
    let ticks = (clock &+ baud / 2) / baud
    guard ticks <= 1 << 23 else { throw .unsupportedBaud }

    // Wait for output of the boot loader or the kernel to leave the FIFO, but not forever.
    var patience = 1_000_000
    while patience > 0, bus.read(Map.status).has(Map.Status.busy) { patience -= 1 }

    // Turn everything off before the resets, so that neither state machine starts on half-written
    // settings; then reset both and clear errors. Other bits keep the board's settings.
    control = bus.read(Map.control)
      .with(Map.Control.transmit, false).with(Map.Control.receive, false)
      .with(Map.Control.transmitInterrupt, false).with(Map.Control.receiveInterrupt, false)
    bus.write(control, to: Map.control)
    let reset = control.with(Map.Control.resetTransmit, true).with(Map.Control.resetReceive, true)
      .with(Map.Control.clearErrors, true)
    bus.write(reset, to: Map.control)
    control = reset.with(Map.Control.resetTransmit, false).with(Map.Control.resetReceive, false)
      .with(Map.Control.clearErrors, false)
    bus.write(control, to: Map.control)

    var divider = Map.Baud(bits: 0).with(Map.Baud.use, true).with(Map.Baud.crystal, true)
      .with(Map.Baud.crystalHalved, true)
    divider[Map.Baud.divisor] = UInt32(truncatingIfNeeded: ticks &- 1)
    bus.write(divider, to: Map.baud)

    // Sending and receiving are enabled last, with rate and levels in place.
    bus.modify(Map.interruptLevels) {
      $0[Map.Levels.receive] = 1
      $0[Map.Levels.transmit] = 1
    }
    control = control.with(Map.Control.stopBits, false).with(Map.Control.parity, false)
      .with(Map.Control.wordLength, false).with(Map.Control.transmit, true)
      .with(Map.Control.receive, receive).with(Map.Control.receiveInterrupt, receive)
    bus.write(control, to: Map.control)
  }

  /// Whether the transmit FIFO has room.
  public func hasTransmitRoom() -> Bool { !bus.read(Map.status).has(Map.Status.transmitFull) }

  /// Writes a byte to the transmit FIFO.
  public func transmit(_ byte: UInt8) {
    bus.write(Map.Byte(bits: UInt32(byte)), to: Map.transmitFIFO)
  }

  /// Whether the receive FIFO holds a byte.
  public func hasReceived() -> Bool { !bus.read(Map.status).has(Map.Status.receiveEmpty) }

  /// The next byte, never with errors: the FIFO does not tell which byte an error belongs to, so
  /// `takeInterrupts` reports them.
  public mutating func receive() -> ReceivedByte {
    ReceivedByte(UInt8(truncatingIfNeeded: bus.read(Map.receiveFIFO).bits))
  }

  /// The causes of enabled interrupts. A disabled interrupt is never a cause, whatever the FIFO holds:
  /// otherwise a driver without room for received bytes would loop forever.
  public mutating func takeInterrupts() -> SerialInterrupts {
    let status = bus.read(Map.status)
    var errors = LineErrors()
    if status.has(Map.Status.parityError) { errors.insert(.parity) }
    if status.has(Map.Status.framingError) { errors.insert(.framing) }
    if status.has(Map.Status.transmitOverrun) { errors.insert(.transmitOverrun) }
    if errors != LineErrors() {
      // The clear bit does not reset itself.
      bus.write(control.with(Map.Control.clearErrors, true), to: Map.control)
      bus.write(control, to: Map.control)
    }
    return SerialInterrupts(
      transmit: control.has(Map.Control.transmitInterrupt)
        && !status.has(Map.Status.transmitFull),
      receive: control.has(Map.Control.receiveInterrupt) && !status.has(Map.Status.receiveEmpty),
      errors: errors)
  }

  /// Turns the transmit interrupt on or off.
  public mutating func setTransmitInterrupt(_ on: Bool) {
    setControl(control.with(Map.Control.transmitInterrupt, on))
  }

  /// Turns the receive interrupt on or off.
  public mutating func setReceiveInterrupt(_ on: Bool) {
    setControl(control.with(Map.Control.receiveInterrupt, on))
  }

  private mutating func setControl(_ new: MesonUARTRegisters.Control) {
    if new.bits == control.bits { return }
    control = new
    bus.write(control, to: Map.control)
  }
}
