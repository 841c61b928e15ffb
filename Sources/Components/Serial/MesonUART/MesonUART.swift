// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers
import SerialComponents

/// The Meson UART of the Odroid-C4. Its interrupt is an edge for each byte that comes or goes.
public struct MesonUART<Bus: RegisterBus>: SerialDevice {
  private typealias Map = MesonUARTRegisters

  /// Bytes of registers that the driver reaches.
  public static var registersByteCount: Int { 0x18 }

  private let bus: Bus
  private let clock: UInt64
  // What the control register holds.
  private var control = Map.Control(bits: 0)

  /// `crystal` is the crystal's frequency in hertz; the UART gets half of it.
  public init(_ bus: Bus, crystal: UInt32 = 24_000_000) {
    self.bus = bus
    clock = UInt64(crystal) / 2
  }

  public mutating func start(baud: UInt64, receive: Bool) throws(SerialDeviceFault) {
    // Ticks per bit, to the nearest; `baud / 2` keeps the sum below 2^64.
    guard baud > 0, clock >= baud else { throw .unsupportedBaud }
    let ticks = (clock &+ baud / 2) / baud
    guard ticks <= 1 << 23 else { throw .unsupportedBaud }

    // Let what the boot loader or the kernel wrote go out; but not for ever, in case it never does.
    var patience = 1_000_000
    while patience > 0, bus.read(Map.status).has(Map.Status.busy) { patience -= 1 }

    // Off, both state machines through reset, errors cleared; other bits stay as the board set
    // them.
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

    bus.modify(Map.interruptLevels) {
      $0[Map.Levels.receive] = 1
      $0[Map.Levels.transmit] = 1
    }
    control = control.with(Map.Control.stopBits, false).with(Map.Control.parity, false)
      .with(Map.Control.wordLength, false).with(Map.Control.transmit, true)
      .with(Map.Control.receive, receive).with(Map.Control.receiveInterrupt, receive)
    bus.write(control, to: Map.control)
  }

  public func hasTransmitRoom() -> Bool { !bus.read(Map.status).has(Map.Status.transmitFull) }

  public func transmit(_ byte: UInt8) {
    bus.write(Map.Byte(bits: UInt32(byte)), to: Map.transmitFIFO)
  }

  public func hasReceived() -> Bool { !bus.read(Map.status).has(Map.Status.receiveEmpty) }

  // The FIFO does not tell which byte an error belongs to; errors are counted as the interrupt
  // finds them.
  public mutating func receive() -> ReceivedByte {
    ReceivedByte(UInt8(truncatingIfNeeded: bus.read(Map.receiveFIFO).bits))
  }

  // An interrupt that is off is no cause, whatever the FIFO holds: a driver with nowhere to put
  // what it received would look at this for ever.
  public mutating func takeInterrupts() -> SerialInterrupts {
    let status = bus.read(Map.status)
    var errors = LineErrors()
    if status.has(Map.Status.parityError) { errors.insert(.parity) }
    if status.has(Map.Status.framingError) { errors.insert(.framing) }
    if status.has(Map.Status.transmitOverrun) { errors.insert(.transmitOverrun) }
    if errors != LineErrors() {
      // The bit does not fall by itself.
      bus.write(control.with(Map.Control.clearErrors, true), to: Map.control)
      bus.write(control, to: Map.control)
    }
    return SerialInterrupts(
      transmit: control.has(Map.Control.transmitInterrupt)
        && !status.has(Map.Status.transmitFull),
      receive: control.has(Map.Control.receiveInterrupt) && !status.has(Map.Status.receiveEmpty),
      errors: errors)
  }

  public mutating func setTransmitInterrupt(_ on: Bool) {
    setControl(control.with(Map.Control.transmitInterrupt, on))
  }

  public mutating func setReceiveInterrupt(_ on: Bool) {
    setControl(control.with(Map.Control.receiveInterrupt, on))
  }

  private mutating func setControl(_ new: MesonUARTRegisters.Control) {
    if new.bits == control.bits { return }
    control = new
    bus.write(control, to: Map.control)
  }
}
