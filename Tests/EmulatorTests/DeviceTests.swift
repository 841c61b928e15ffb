// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import MesonTimer
import MesonUART
import PL011
import Registers
import SerialComponents
import Testing

@testable import Emulator

/// Connects the drivers of protection domains to the models of their devices, so that each checks the other.
final class ModelBus: RegisterBus {
  let device: any Device
  let base: UInt64
  var now: UInt64 = 0

  init(_ device: any Device, base: UInt64 = 0) {
    self.device = device
    self.base = base
  }

  func load(_ offset: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: device.read(base + UInt64(offset), size: 4, now: now))
  }

  func store(_ bits: UInt32, at offset: Int) {
    device.write(base + UInt64(offset), UInt64(bits), size: 4, now: now)
  }

  /// Handles all events that are due until `end`.
  func advance(to end: UInt64) {
    while let next = device.nextEvent, next <= end {
      now = max(now, next)
      device.advance(to: now)
      #expect(device.checkInvariants() == nil)
    }
    now = end
  }
}

private final class Log {
  var output: [UInt8] = []
  var edges = 0
  var level = false
  var reports: [String] = []
}

@Suite struct UARTModelTests {
  private static let byteTime: UInt64 = 86_805

  private func send(_ text: String, _ uart: inout some SerialDevice, _ bus: ModelBus) {
    for byte in text.utf8 {
      while !uart.hasTransmitRoom() { bus.advance(to: bus.now + 1000) }
      uart.transmit(byte)
    }
  }

  @Test func pl011Sends() throws {
    let log = Log()
    let console = MachineConsole { log.output += $0 }
    let model = PL011Model(console: console)
    model.report = { log.reports.append($0) }
    model.interrupt = { log.level = $0 }
    let bus = ModelBus(model)
    var uart = PL011(bus)
    try uart.start(baud: 115_200, receive: true)
    let text = "a line that is longer than the FIFO\n"
    send(text, &uart, bus)
    uart.setTransmitInterrupt(true)
    #expect(!log.level)
    bus.advance(to: bus.now + 20 * Self.byteTime)
    console.flush()
    #expect(String(decoding: log.output, as: UTF8.self) == text)
    #expect(log.level)
    #expect(uart.takeInterrupts() == SerialInterrupts(transmit: true))
    #expect(!log.level)
    #expect(log.reports.isEmpty)
    // 36 bytes, no faster than the line allows.
    #expect(bus.now > 36 * Self.byteTime)
  }

  @Test func pl011Receives() throws {
    let log = Log()
    let console = MachineConsole { log.output += $0 }
    let model = PL011Model(console: console)
    model.interrupt = { log.level = $0 }
    let bus = ModelBus(model)
    console.onInput = { model.listen(now: bus.now) }
    var uart = PL011(bus)
    try uart.start(baud: 115_200, receive: true)
    console.type(Array("x".utf8))
    bus.advance(to: bus.now + Self.byteTime + 10)
    // One byte is below the trigger level; the timeout after 32 bit times raises the interrupt.
    #expect(!log.level)
    #expect(uart.hasReceived())
    bus.advance(to: bus.now + 4 * Self.byteTime)
    #expect(log.level)
    #expect(uart.takeInterrupts().receive)
    #expect(uart.receive().byte == UInt8(ascii: "x"))
    #expect(!uart.hasReceived())
    #expect(!log.level)
    console.type(Array("0123456789abcdefghij".utf8))
    bus.advance(to: bus.now + 60 * Self.byteTime)
    #expect(log.level)
    var received = ""
    for _ in 0..<100 where received.count < 20 {
      while uart.hasReceived() {
        received.unicodeScalars.append(Unicode.Scalar(uart.receive().byte))
      }
      bus.advance(to: bus.now + Self.byteTime)
    }
    #expect(received == "0123456789abcdefghij")
  }

  @Test func pl011ReportsInvalidAccesses() {
    let log = Log()
    let model = PL011Model(console: MachineConsole { log.output += $0 })
    model.report = { log.reports.append($0) }
    model.write(0, 65, size: 4, now: 0)
    model.write(0x50, 1, size: 4, now: 0)
    #expect(
      log.reports == [
        "pl011 is given a byte while its transmitter is off",
        "pl011 has no register to write at 0x50",
      ])
  }

  @Test func mesonUARTSendsAndReceives() throws {
    let log = Log()
    let console = MachineConsole { log.output += $0 }
    let model = MesonUARTModel(console: console)
    model.report = { log.reports.append($0) }
    model.interrupt = { if $0 { log.edges += 1 } }
    let bus = ModelBus(model)
    console.onInput = { model.listen(now: bus.now) }
    var uart = MesonUART(bus)
    try uart.start(baud: 115_200, receive: true)
    let text = String(repeating: "0123456789", count: 10)
    send(text, &uart, bus)
    uart.setTransmitInterrupt(true)
    bus.advance(to: bus.now + 100 * Self.byteTime)
    console.flush()
    #expect(String(decoding: log.output, as: UTF8.self) == text)
    #expect(log.edges > 0)
    uart.setTransmitInterrupt(false)
    let before = log.edges
    console.type(Array("hello".utf8))
    bus.advance(to: bus.now + 10 * Self.byteTime)
    #expect(log.edges == before + 5)
    #expect(uart.takeInterrupts().receive)
    var received = ""
    while uart.hasReceived() {
      received.unicodeScalars.append(Unicode.Scalar(uart.receive().byte))
    }
    #expect(received == "hello")
    #expect(log.reports.isEmpty)
  }
}

@Suite struct TimerModelTests {
  @Test func mesonTimer() throws {
    let log = Log()
    let model = MesonTimerModel()
    model.interrupt = { if $0 { log.edges += 1 } }
    let bus = ModelBus(model, base: 0x140)
    bus.now = 77_000_000
    let timer = try #require(MesonTimer(bus))
    timer.start()
    #expect(timer.now() == 0)
    bus.advance(to: 78_000_000)
    #expect(timer.now() == 1000)
    timer.arm(deadline: 1500, now: 1000)
    bus.advance(to: 78_499_999)
    #expect(log.edges == 0)
    bus.advance(to: 78_500_000)
    #expect(log.edges == 1)
    bus.advance(to: 90_000_000)
    #expect(log.edges == 1)
    timer.arm(deadline: .max, now: timer.now())
    // 65,535 milliseconds.
    bus.advance(to: 90_000_000 + 65_535_000_000 - 1)
    #expect(log.edges == 1)
    bus.advance(to: 90_000_000 + 65_535_000_000)
    #expect(log.edges == 2)
    timer.arm(deadline: .max, now: timer.now())
    timer.disarm()
    bus.advance(to: 1_000_000_000_000)
    #expect(log.edges == 2)
  }

  @Test func mesonTimerPeriodic() {
    let log = Log()
    let model = MesonTimerModel()
    model.interrupt = { if $0 { log.edges += 1 } }
    let bus = ModelBus(model)
    // Periodic, in milliseconds, as in the SDK's timer example.
    bus.store(1 << 16 | 1 << 12 | 1 << 8 | 3, at: 0x140)
    bus.store(1000, at: 0x144)
    bus.advance(to: 5_000_000_000)
    #expect(log.edges == 5)
  }

  @Test func genericTimer() {
    let timer = GenericTimerModel(frequency: 62_500_000)
    #expect(timer.count(at: 1_000_000_000) == 62_500_000)
    #expect(timer.count(at: 15) == 0)
    #expect(timer.count(at: 16) == 1)
    for count in [0, 1, 2, 62_499_999, 62_500_001, 1 << 40] as [UInt64] {
      let time = timer.time(ofCount: count)
      #expect(time.map { timer.count(at: $0) } == count)
      if count > 0 { #expect(time.map { timer.count(at: $0 - 1) } == count - 1) }
    }
    #expect(timer.time(ofCount: .max) == nil)
    var level = false
    timer.interrupt = { level = $0 }
    _ = timer.set(.physicalTimerCompare, to: 100, at: 0)
    _ = timer.set(.physicalTimerControl, to: 1, at: 0)
    #expect(timer.nextEvent == 1600)
    timer.advance(to: 1600)
    #expect(level)
    #expect(timer.register(.physicalTimerControl, at: 1600) == 5)
    #expect(timer.nextEvent == nil)
    _ = timer.set(.physicalTimerCompare, to: .max, at: 1700)
    #expect(!level)
    #expect(timer.nextEvent == nil)
  }
}
