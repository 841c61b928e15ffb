// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import PL011
import SerialComponents
import TargetTestSupport
import Testing

/// Traces of register accesses: "r" or "w", the offset and the bits, both in hexadecimal (DDI
/// 0183).
@Suite struct PL011Tests {
  @Test func startsAt115200WithReceive() throws {
    let bus = FakeBus()
    bus.script(0x18, 0x98, 0x98, 0x90)  // Busy twice.
    var device = PL011(bus)
    try device.start(baud: 115_200, receive: true)
    #expect(
      bus.takeTrace() == [
        "r 18 98", "r 18 98", "r 18 90",
        "w 30 0",  // Off before anything else is programmed,
        "w 38 0", "w 44 7ff",  // no interrupts, none left over,
        "w 24 d", "w 28 1", "w 2c 70",  // 24 MHz / (16 * 13.016), 8 bits, FIFOs, no parity,
        "w 34 0", "w 38 50", "w 30 301",  // receive interrupts; on.
      ])
  }

  @Test func startsWithoutReceive() throws {
    let bus = FakeBus()
    var device = PL011(bus)
    try device.start(baud: 115_200, receive: false)
    #expect(bus.written(to: 0x38) == [0], "all interrupts are off")
    #expect(bus.written(to: 0x30) == [0, 0x101])
  }

  /// The driver does not wait forever for a device that stays busy, for example one that was disabled
  /// with bytes in its FIFO.
  @Test func aDeviceThatStaysBusyIsNotWaitedFor() throws {
    let bus = FakeBus()
    bus.script(0x18, 0x8)
    var device = PL011(bus)
    try device.start(baud: 115_200, receive: false)
    #expect(bus.written(to: 0x30) == [0, 0x101])
  }

  @Test(
    arguments: [
      (9600, 156, 16), (38400, 39, 4), (115_200, 13, 1), (460_800, 3, 16), (1_500_000, 1, 0),
      (23, 65217, 25),
    ] as [(UInt64, UInt32, UInt32)])
  func divisors(baud: UInt64, integer: UInt32, fraction: UInt32) throws {
    let bus = FakeBus()
    var device = PL011(bus)
    try device.start(baud: baud, receive: false)
    #expect(bus.written(to: 0x24) == [integer])
    #expect(bus.written(to: 0x28) == [fraction])
  }

  @Test(arguments: [0, 1, 22, 1_600_000, 24_000_000, 1 << 63, UInt64.max])
  func refusesWhatTheDividerCannotMake(baud: UInt64) {
    let bus = FakeBus()
    var device = PL011(bus)
    #expect(throws: SerialDeviceFault.unsupportedBaud) {
      try device.start(baud: baud, receive: true)
    }
    #expect(bus.takeTrace() == [], "the device is unchanged")
  }

  @Test func bytesAndTheirErrors() {
    let bus = FakeBus()
    var device = PL011(bus)
    bus.script(0x00, 0x41, 0x141, 0x242, 0x400, 0x843, 0xf44)
    #expect(device.receive() == ReceivedByte(0x41))
    #expect(device.receive() == ReceivedByte(0x41, errors: .framing))
    #expect(device.receive() == ReceivedByte(0x42, errors: .parity))
    #expect(device.receive() == ReceivedByte(0, errors: .lineBreak))
    #expect(device.receive() == ReceivedByte(0x43, errors: .overrun))
    let all = device.receive()
    #expect(all.byte == 0x44 && all.errors.spoilByte && all.errors.lostBytes)
    bus.script(0x18, 0x10, 0x00, 0x20)
    #expect(device.hasReceived() == false)
    #expect(device.hasReceived() == true)
    #expect(device.hasTransmitRoom() == false)
  }

  @Test func interruptCauses() {
    let bus = FakeBus()
    var device = PL011(bus)
    bus.script(0x40, 0x10, 0x40, 0x20, 0x70, 0)
    #expect(device.takeInterrupts() == SerialInterrupts(receive: true))
    #expect(device.takeInterrupts() == SerialInterrupts(receive: true))
    #expect(bus.written(to: 0x44) == [])
    #expect(device.takeInterrupts() == SerialInterrupts(transmit: true))
    #expect(bus.written(to: 0x44) == [0x20])
    #expect(device.takeInterrupts() == SerialInterrupts(transmit: true, receive: true))
    #expect(device.takeInterrupts().isEmpty)
  }
}
