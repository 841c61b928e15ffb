// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Arm's PrimeCell UART PL011, with FIFOs of 16 bytes (DDI 0183, revision r1p4).
final class PL011Model: Device {
  let name = "pl011"
  var interrupt: (Bool) -> Void = { _ in }
  var report: (String) -> Void = { _ in }
  private var line: SerialLine
  private var control: UInt64 = 0x300
  private var lineControl: UInt64 = 0
  private var integerDivisor: UInt64 = 0
  private var fractionalDivisor: UInt64 = 0
  private var levels: UInt64 = 0x12
  private var mask: UInt64 = 0
  private var raised: UInt64 = 0
  private var isHigh = false

  /// Register offsets in bytes (DDI 0183, 3.2).
  private enum Offset {
    static let data: UInt64 = 0x00
    static let receiveStatus: UInt64 = 0x04
    static let flags: UInt64 = 0x18
    static let integerDivisor: UInt64 = 0x24
    static let fractionalDivisor: UInt64 = 0x28
    static let lineControl: UInt64 = 0x2c
    static let control: UInt64 = 0x30
    static let levels: UInt64 = 0x34
    static let mask: UInt64 = 0x38
    static let rawStatus: UInt64 = 0x3c
    static let maskedStatus: UInt64 = 0x40
    static let clear: UInt64 = 0x44
    static let dmaControl: UInt64 = 0x48
  }

  private static let clock: UInt64 = 24_000_000
  private static let receive: UInt64 = 1 << 4
  private static let transmit: UInt64 = 1 << 5
  private static let timeout: UInt64 = 1 << 6

  init(console: MachineConsole) { line = SerialLine(console: console, depth: 16) }

  private var isEnabled: Bool { control & 1 != 0 }
  private var hasFIFOs: Bool { lineControl & 1 << 4 != 0 }

  /// The number of bytes up to which the receive FIFO must fill, or down to which the transmit FIFO must
  /// drain, to raise an interrupt.
  private func level(_ field: UInt64) -> Int {
    guard hasFIFOs else { return 1 }
    return [2, 4, 8, 12, 14, 14, 14, 14][Int(field & 7)]
  }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    switch offset {
    case Offset.data:
      let byte = line.takeReceived() ?? 0
      if line.received.count < level(levels >> 3) { raised &= ~Self.receive }
      if line.received.isEmpty { raised &= ~Self.timeout }
      line.listen(now: now)
      updateInterruptLine()
      return UInt64(byte)
    case Offset.receiveStatus: return 0
    case Offset.flags:
      var flags: UInt64 = 0
      if line.sending.isEmpty { flags |= 1 << 7 } else { flags |= 1 << 3 }
      if line.received.count >= line.depth { flags |= 1 << 6 }
      if line.isSendFull { flags |= 1 << 5 }
      if line.received.isEmpty { flags |= 1 << 4 }
      return flags
    case Offset.integerDivisor: return integerDivisor
    case Offset.fractionalDivisor: return fractionalDivisor
    case Offset.lineControl: return lineControl
    case Offset.control: return control
    case Offset.levels: return levels
    case Offset.mask: return mask
    case Offset.rawStatus: return raised
    case Offset.maskedStatus: return raised & mask
    case Offset.dmaControl: return 0
    // Identification: part 0x011, designer Arm, revision 1; then the PrimeCell identification.
    case 0xfe0: return 0x11
    case 0xfe4: return 0x10
    case 0xfe8: return 0x14
    case 0xff0: return 0x0d
    case 0xff4: return 0xf0
    case 0xff8: return 0x05
    case 0xffc: return 0xb1
    case 0xfec: return 0
    default:
      report("pl011 has no register to read at \(hex(offset))")
      return 0
    }
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    switch offset {
    case Offset.data:
      guard isEnabled, control & 1 << 8 != 0 else {
        return report("pl011 is given a byte while its transmitter is off")
      }
      if line.isSendFull { return report("pl011 is given a byte while its FIFO is full") }
      line.send(UInt8(truncatingIfNeeded: value), now: now)
      if line.sending.count > level(levels) { raised &= ~Self.transmit }
    case Offset.receiveStatus: break
    case Offset.integerDivisor: integerDivisor = value & 0xffff
    case Offset.fractionalDivisor: fractionalDivisor = value & 0x3f
    case Offset.lineControl:
      lineControl = value & 0xff
      setBaud()
    case Offset.control:
      control = value & 0xff87
      line.isReceiving = isEnabled && control & 1 << 9 != 0
      line.listen(now: now)
    case Offset.levels: levels = value & 0x3f
    case Offset.mask: mask = value & 0x7ff
    case Offset.clear: raised &= ~value
    case Offset.dmaControl:
      if value & 7 != 0 { report("pl011's DMA is not modelled") }
    default: report("pl011 has no register to write at \(hex(offset))")
    }
    updateInterruptLine()
  }

  /// A write of the line control register makes new divisors take effect (DDI 0183, 3.3.6).
  private func setBaud() {
    let divisor = integerDivisor * 64 + fractionalDivisor
    guard divisor > 0 else { return }
    // Baud is clock / (16 * divisor / 64); ten bits a byte.
    line.byteTime = max(1, 10 * divisor * 1_000_000_000 / (4 * Self.clock))
  }

  /// When the receive timeout is due: 32 bit times after the last byte, if some are still unread.
  private var timeoutTime: UInt64? {
    guard !line.received.isEmpty, raised & Self.timeout == 0 else { return nil }
    return line.lastReceived + line.byteTime * 32 / 10
  }

  var nextEvent: UInt64? { earliest(line.nextEvent, timeoutTime) }

  func listen(now: UInt64) { line.listen(now: now) }

  func advance(to now: UInt64) {
    let before = line.sending.count
    let moved = line.advance(to: now)
    if moved.sent, line.sending.count <= level(levels), before > 0 { raised |= Self.transmit }
    if moved.received, line.received.count >= level(levels >> 3) { raised |= Self.receive }
    if let time = timeoutTime, time <= now { raised |= Self.timeout }
    updateInterruptLine()
  }

  private func updateInterruptLine() {
    let high = raised & mask != 0
    if high == isHigh { return }
    isHigh = high
    interrupt(high)
  }

  func checkInvariants() -> String? {
    isHigh == (raised & mask != 0)
      ? line.checkInvariants() : "the interrupt line does not follow the status"
  }
}
