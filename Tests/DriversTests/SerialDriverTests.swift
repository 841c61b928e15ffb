// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import PL011
import Rings
import SerialComponents
import TargetTestSupport
import Testing

@Suite struct SerialDriverTests {
  private typealias Driver = SerialDriver<PL011<FakeBus>>

  @Test func sendsWhatTheVirtualiserLeftBeforeTheStart() throws {
    let model = PL011Model()
    let transmit = try #require(SerialPair(capacity: 64))
    transmit.put("early")
    var driver = Driver(device: PL011(model.bus), transmit: transmit.ring, receive: nil)
    let actions = try driver.start(baud: 115_200)
    #expect(model.transmitFIFO == Array("early".utf8))
    #expect(actions.notifyTransmit, "a zeroed queue holds a request")
    #expect(transmit.producerSignalled == 1)
    #expect(
      model.mask == 0, "no transmit interrupt where nothing is left, no receive where there is none"
    )
  }

  @Test func refusedBaudIsReported() throws {
    let transmit = try #require(SerialPair(capacity: 64))
    var driver = Driver(device: PL011(FakeBus()), transmit: transmit.ring, receive: nil)
    #expect(throws: SerialDeviceFault.unsupportedBaud) { try driver.start(baud: 0) }
  }

  /// 100 bytes pass through a FIFO of 16: the interrupt is on only while bytes wait.
  @Test func fullFIFOGoesOnByInterrupt() throws {
    let model = PL011Model()
    let transmit = try #require(SerialPair(capacity: 128))
    var driver = Driver(device: PL011(model.bus), transmit: transmit.ring, receive: nil)
    _ = try driver.start(baud: 115_200)
    let text = (0..<100).map { UInt8($0) }
    transmit.put(text)
    transmit.producerSignalled = 1
    var actions = driver.transmitReady()
    #expect(actions == .init(), "the virtualiser requested no signal")
    #expect(model.transmitFIFO.count == 16 && transmit.count == 84)
    #expect(model.mask == 0x20)
    transmit.producerSignalled = 0
    var interrupts = 0
    var signals = 0
    while model.sent.count < 100, interrupts < 100 {
      model.shiftOut(1)
      if model.pending == 0 { continue }
      interrupts += 1
      actions = driver.interrupt()
      if actions.notifyTransmit { signals += 1 }
    }
    #expect(model.sent == text)
    #expect(model.lost == 0)
    #expect(interrupts == 6, "one interrupt for each 14 bytes")
    #expect(signals == 1, "one request, one notification")
    #expect(model.mask == 0)
    #expect(driver.counters.sent == 100)
  }

  @Test func receivesUntilTheFIFOIsEmpty() throws {
    let model = PL011Model()
    let transmit = try #require(SerialPair(capacity: 64))
    let receive = try #require(SerialPair(capacity: 64))
    var driver = Driver(device: PL011(model.bus), transmit: transmit.ring, receive: receive.ring)
    _ = try driver.start(baud: 115_200)
    #expect(model.mask == 0x50)
    model.arriving = Array("typed".utf8).map(UInt32.init)
    _ = model.bus.takeTrace()
    let actions = driver.interrupt()
    #expect(actions.notifyReceive && !actions.notifyTransmit)
    #expect(receive.takeText() == "typed")
    #expect(driver.interrupt() == .init(), "no byte, no notification")
    let trace = model.bus.takeTrace()
    #expect(trace.prefix(5) == ["r 40 10", "r 18 0", "r 0 74", "r 18 0", "r 0 79"])
    #expect(!trace.contains { $0.hasPrefix("w") }, "receiving writes no register")
  }

  @Test func bytesWithErrorsAreDroppedAndCounted() throws {
    let model = PL011Model()
    let transmit = try #require(SerialPair(capacity: 64))
    let receive = try #require(SerialPair(capacity: 64))
    var driver = Driver(device: PL011(model.bus), transmit: transmit.ring, receive: receive.ring)
    _ = try driver.start(baud: 115_200)
    model.arriving = [0x41, 0x142, 0x243, 0x400, 0x844]
    #expect(driver.interrupt().notifyReceive)
    #expect(receive.takeText() == "AD")
    #expect(driver.counters.received == 2)
    #expect(driver.counters.spoiled == 3 && driver.counters.lineErrors == 3)
    #expect(driver.counters.overruns == 1)
    model.arriving = [0x142]
    #expect(driver.interrupt() == .init(), "nothing was added")
  }

  @Test func fullQueueMasksAsksAndGoesOn() throws {
    let model = PL011Model()
    let transmit = try #require(SerialPair(capacity: 64))
    let receive = try #require(SerialPair(capacity: 8))
    var driver = Driver(device: PL011(model.bus), transmit: transmit.ring, receive: receive.ring)
    _ = try driver.start(baud: 115_200)
    receive.producerSignalled = 1
    model.arriving = Array("0123456789abcdef".utf8).map(UInt32.init)
    #expect(driver.interrupt().notifyReceive)
    #expect(model.mask == 0, "no interrupt for bytes that have no room")
    #expect(receive.producerSignalled == 0)
    #expect(receive.count == 8 && model.arriving.count == 8)

    #expect(receive.takeText(3) == "012")
    receive.producerSignalled = 1
    #expect(driver.receiveReady().notifyReceive)
    #expect(receive.producerSignalled == 0, "full again")
    #expect(model.mask == 0)

    #expect(receive.takeText() == "3456789a")
    receive.producerSignalled = 1
    #expect(driver.receiveReady().notifyReceive)
    #expect(receive.takeText() == "bcdef")
    #expect(receive.producerSignalled == 1, "nothing to wait for")
    #expect(model.mask == 0x50)
  }

  /// The virtualiser makes room between the check that found none and the request.
  @Test func roomThatAppearsAfterTheRequestIsUsed() throws {
    let model = PL011Model()
    let transmit = try #require(SerialPair(capacity: 64))
    let receive = try #require(SerialPair(capacity: 4))
    var driver = Driver(device: PL011(model.bus), transmit: transmit.ring, receive: receive.ring)
    _ = try driver.start(baud: 115_200)
    model.arriving = Array("abcdefg".utf8).map(UInt32.init)
    var early = ""
    let device = model.bus.onWrite
    model.bus.onWrite = { offset, bits in
      device(offset, bits)
      // The mask is cleared just before the request, so room made now brings no notification.
      if offset == 0x38, bits == 0, early.isEmpty { early = "?" }
    }
    let reads = model.bus.onRead
    model.bus.onRead = { offset in
      if offset == 0x18, early == "?" { early = receive.takeText() }
      return reads(offset)
    }
    #expect(driver.interrupt().notifyReceive)
    #expect(early == "abcd")
    #expect(receive.takeText() == "efg", "no notification was needed")
    #expect(receive.producerSignalled == 1, "the request was withdrawn")
    #expect(model.mask == 0x50)
  }

  @Test func lyingVirtualisersLoseTheirDirectionOnly() throws {
    let model = PL011Model()
    let transmit = try #require(SerialPair(capacity: 64))
    let receive = try #require(SerialPair(capacity: 64))
    var driver = Driver(device: PL011(model.bus), transmit: transmit.ring, receive: receive.ring)
    _ = try driver.start(baud: 115_200)
    transmit.tail = 65
    #expect(driver.transmitReady() == .init())
    #expect(driver.counters.peerFaults == 1)
    #expect(model.transmitFIFO.isEmpty)
    model.arriving = [0x41]
    #expect(driver.interrupt().notifyReceive)
    transmit.tail = 1
    #expect(driver.transmitReady() == .init(), "closed until a restart")

    receive.head = 40
    model.arriving = [0x42, 0x43]
    #expect(driver.interrupt() == .init())
    #expect(driver.counters.peerFaults == 2)
    #expect(model.mask == 0, "otherwise the interrupt would never end")
    #expect(driver.receiveReady() == .init())
    #expect(driver.interrupt() == .init())
  }
}
