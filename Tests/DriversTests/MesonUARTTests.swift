// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import MesonUART
import Rings
import SerialComponents
import TargetTestSupport
import Testing

@Suite struct MesonUARTTests {
  @Test func startsAt115200WithReceive() throws {
    let bus = FakeBus()
    bus.script(0x0c, 0x0200_0000, 0x0400_0000, 0)  // Busy sending, busy receiving.
    bus.script(0x08, 0x183f_b0ff)  // As a boot loader could have left it.
    bus.script(0x10, 0xabcd_1234)
    var device = MesonUART(bus)
    try device.start(baud: 115_200, receive: true)
    #expect(
      bus.takeTrace() == [
        "r c 2000000", "r c 4000000", "r c 0",
        "r 8 183fb0ff",
        "w 8 3f80ff",  // Transmit, receive and interrupts off,
        "w 8 1ff80ff", "w 8 3f80ff",  // reset and errors cleared,
        "w 14 9800067",  // 12 MHz / 104; the register holds one less,
        "r 10 abcd1234", "w 10 abcd0101",
        "w 8 800b0ff",  // one stop bit, no parity, 8 bits; both directions and the interrupt.
      ])
  }

  @Test func startsWithoutReceive() throws {
    let bus = FakeBus()
    var device = MesonUART(bus)
    try device.start(baud: 115_200, receive: false)
    #expect(bus.written(to: 0x08).last == 0x1000)
    bus.script(0x0c, 0)  // Something in the receive FIFO all the same.
    #expect(device.takeInterrupts().isEmpty)
  }

  @Test(arguments: [(9600, 1249), (115_200, 103), (1_500_000, 7), (12_000_000, 0)])
  func divisors(baud: UInt64, divisor: UInt32) throws {
    let bus = FakeBus()
    var device = MesonUART(bus)
    try device.start(baud: baud, receive: false)
    #expect(bus.written(to: 0x14) == [0x0980_0000 | divisor])
  }

  @Test(arguments: [0, 1, 12_000_001, 1 << 63, UInt64.max])
  func refusesWhatTheDividerCannotMake(baud: UInt64) {
    let bus = FakeBus()
    var device = MesonUART(bus)
    #expect(throws: SerialDeviceFault.unsupportedBaud) {
      try device.start(baud: baud, receive: true)
    }
    #expect(bus.takeTrace() == [])
  }

  @Test func causesAreThoseThatAreOn() throws {
    let bus = FakeBus()
    var device = MesonUART(bus)
    try device.start(baud: 115_200, receive: true)
    bus.script(0x0c, 0)
    #expect(device.takeInterrupts() == SerialInterrupts(receive: true))
    device.setReceiveInterrupt(false)
    #expect(device.takeInterrupts().isEmpty)
    device.setTransmitInterrupt(true)
    #expect(device.takeInterrupts() == SerialInterrupts(transmit: true))
    bus.script(0x0c, 0x30_0000)
    #expect(device.takeInterrupts().isEmpty)
    #expect(bus.written(to: 0x08).last == 0x1000_3000)
  }

  @Test func errorsAreClearedAndTold() throws {
    let bus = FakeBus()
    var device = MesonUART(bus)
    try device.start(baud: 115_200, receive: true)
    bus.script(0x0c, 0x17_0000, 0x12_0000, 0x10_0000)
    _ = bus.takeTrace()
    let first = device.takeInterrupts()
    #expect(first.errors.contains(.parity) && first.errors.contains(.framing))
    #expect(first.errors.contains(.transmitOverrun) && !first.receive)
    #expect(bus.takeTrace() == ["r c 170000", "w 8 9003000", "w 8 8003000"])
    #expect(device.takeInterrupts().errors == .framing)
    #expect(device.takeInterrupts().isEmpty)
  }

  /// The line is an edge: an interrupt for bytes that arrive during the handler does not survive the
  /// acknowledgement, so the handler must find those bytes.
  @Test func bytesThatArriveDuringTheHandlerAreTaken() throws {
    let bus = FakeBus()
    var arriving = Array("ab".utf8)
    var later = Array("cdef".utf8)
    bus.onRead = { offset in
      switch offset {
      case 0x04:
        if !later.isEmpty { arriving.append(later.removeFirst()) }
        return arriving.isEmpty ? 0 : UInt32(arriving.removeFirst())
      case 0x0c: return arriving.isEmpty ? 0x10_0000 : 0
      default: return nil
      }
    }
    let transmit = try #require(SerialPair(capacity: 64))
    let receive = try #require(SerialPair(capacity: 64))
    var driver = SerialDriver(
      device: MesonUART(bus), transmit: transmit.ring, receive: receive.ring)
    _ = try driver.start(baud: 115_200)
    #expect(driver.interrupt().notifyReceive)
    #expect(receive.takeText() == "abcdef")
  }

  /// sDDF's driver checks only the FIFO, and loops forever here.
  @Test func fullQueueEndsTheHandler() throws {
    let bus = FakeBus()
    var arriving = 20
    bus.onRead = { offset in
      switch offset {
      case 0x04:
        arriving -= 1
        return 0x41
      case 0x0c: return arriving == 0 ? 0x10_0000 : 0
      default: return nil
      }
    }
    let transmit = try #require(SerialPair(capacity: 64))
    let receive = try #require(SerialPair(capacity: 8))
    var driver = SerialDriver(
      device: MesonUART(bus), transmit: transmit.ring, receive: receive.ring)
    _ = try driver.start(baud: 115_200)
    #expect(driver.interrupt().notifyReceive)
    #expect(arriving == 12 && receive.count == 8 && receive.producerSignalled == 0)
    #expect(bus.written(to: 0x08).last == 0x3000)
    _ = receive.take()
    #expect(driver.receiveReady().notifyReceive)
    _ = receive.take()
    #expect(driver.receiveReady().notifyReceive)
    #expect(arriving == 0 && receive.count == 4)
    #expect(bus.written(to: 0x08).last == 0x0800_3000)
  }

  @Test func sendsByInterruptWhenTheFIFOIsFull() throws {
    let bus = FakeBus()
    var fifo = 0
    bus.onRead = { $0 == 0x0c ? (fifo == 4 ? 0x30_0000 : 0x10_0000) : nil }
    bus.onWrite = { offset, _ in if offset == 0 { fifo += 1 } }
    let transmit = try #require(SerialPair(capacity: 64))
    var driver = SerialDriver(device: MesonUART(bus), transmit: transmit.ring, receive: nil)
    _ = try driver.start(baud: 115_200)
    transmit.put("0123456")
    _ = driver.transmitReady()
    #expect(bus.written(to: 0) == Array("0123".utf8).map(UInt32.init))
    #expect(bus.written(to: 0x08).last == 0x1000_1000)
    fifo = 0
    _ = driver.interrupt()
    #expect(bus.written(to: 0) == Array("0123456".utf8).map(UInt32.init))
    #expect(bus.written(to: 0x08).last == 0x1000)
  }
}
