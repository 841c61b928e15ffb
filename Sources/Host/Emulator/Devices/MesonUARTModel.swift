// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The UART of Amlogic's Meson chips, with FIFOs of 64 bytes (S905X3 datasheet, UART). Its interrupt pulses
/// for each byte that is received or transmitted while the FIFO is at its trigger level.
final class MesonUARTModel: Device {
  let name = "meson-uart"
  var interrupt: (Bool) -> Void = { _ in }
  var report: (String) -> Void = { _ in }
  private var line: SerialLine
  private var control: UInt64 = 0x3000
  private var levels: UInt64 = 0
  private var baud: UInt64 = 0

  /// Register offsets in bytes.
  private enum Offset {
    static let transmit: UInt64 = 0x00
    static let receive: UInt64 = 0x04
    static let control: UInt64 = 0x08
    static let status: UInt64 = 0x0c
    static let levels: UInt64 = 0x10
    static let baud: UInt64 = 0x14
  }

  private static let crystal: UInt64 = 24_000_000
  private static let receiveInterrupt: UInt64 = 1 << 27
  private static let transmitInterrupt: UInt64 = 1 << 28

  init(console: MachineConsole) { line = SerialLine(console: console, depth: 64) }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    switch offset {
    case Offset.transmit: return 0
    case Offset.receive:
      let byte = line.takeReceived() ?? 0
      line.listen(now: now)
      return UInt64(byte)
    case Offset.control: return control
    case Offset.status:
      var status = UInt64(line.received.count) | UInt64(line.sending.count) << 8
      if line.received.count >= line.depth { status |= 1 << 19 }
      if line.received.isEmpty { status |= 1 << 20 }
      if line.isSendFull { status |= 1 << 21 }
      if line.sending.isEmpty { status |= 1 << 22 } else { status |= 1 << 25 }
      return status
    case Offset.levels: return levels
    case Offset.baud: return baud
    default:
      report("meson-uart has no register to read at \(hex(offset))")
      return 0
    }
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    switch offset {
    case Offset.transmit:
      guard control & 1 << 12 != 0 else {
        return report("meson-uart is given a byte while its transmitter is off")
      }
      if line.isSendFull { return report("meson-uart is given a byte while its FIFO is full") }
      line.send(UInt8(truncatingIfNeeded: value), now: now)
    case Offset.control: setControl(value & 0xffff_ffff, now)
    case Offset.levels: levels = value & 0xffff
    case Offset.baud:
      baud = value & 0xfff_ffff
      setBaud()
    default: report("meson-uart has no register to write at \(hex(offset))")
    }
  }

  private func setControl(_ value: UInt64, _ now: UInt64) {
    control = value
    if value & 1 << 22 != 0 { line.clearSending() }
    if value & 1 << 23 != 0 { line.clearReceived() }
    line.isReceiving = value & 1 << 13 != 0 && value & 1 << 23 == 0
    line.listen(now: now)
  }

  private func setBaud() {
    guard baud & 1 << 23 != 0, baud & 1 << 24 != 0 else { return }
    let clock =
      baud & 1 << 27 != 0 ? Self.crystal / 2 : baud & 1 << 26 != 0 ? Self.crystal : Self.crystal / 3
    line.byteTime = max(1, 10 * ((baud & 0x7f_ffff) + 1) * 1_000_000_000 / clock)
  }

  var nextEvent: UInt64? { line.nextEvent }
  func listen(now: UInt64) { line.listen(now: now) }

  func advance(to now: UInt64) {
    let moved = line.advance(to: now)
    let received =
      moved.received && control & Self.receiveInterrupt != 0
      && line.received.count >= Int(levels & 0xff)
    let sent =
      moved.sent && control & Self.transmitInterrupt != 0
      && line.sending.count <= Int(levels >> 8 & 0xff)
    if received || sent {
      interrupt(true)
      interrupt(false)
    }
  }
}
