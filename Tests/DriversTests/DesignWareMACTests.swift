// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkComponents
import TargetTestSupport
import Testing

@testable import DesignWareMAC

@Suite struct DesignWareMACTests {
  private let bus = FakeBus()
  private let receive = FakeDMA(byteCount: 4096)
  private let transmit = FakeDMA(byteCount: 4096)

  private typealias Card = DesignWareMAC<FakeBus, FakeDMA>

  private func card(receiveAt: UInt64 = 0x5fff_8000, transmitAt: UInt64 = 0x5fff_0000) -> Card {
    bus.script(0x44, 0x0302_0100)
    bus.script(0x40, 0x8000_0504)
    // As the boot loader leaves it: 100 Mbit/s, running.
    bus.script(0x00, 0x0000_cc0c)
    bus.script(0x1000, [0x0002_0100, 0x0002_0101, 0x0002_0101, 0x0002_0100])
    bus.script(0x1018, [0x0010_0000, 0])
    return Card(bus, receive: (receive, receiveAt), transmit: (transmit, transmitAt))
  }

  private func started() throws -> Card {
    var card = card()
    try card.start()
    _ = bus.takeTrace()
    return card
  }

  /// Acts as the device: returns a descriptor.
  private func finish(_ memory: FakeDMA, _ slot: Int, status: UInt32) {
    memory.store32(status, at: 16 * slot)
  }

  @Test func initialisation() throws {
    var card = card()
    try card.start()
    #expect(
      bus.takeTrace() == [
        // Saves what the reset clears.
        "r 44 3020100", "r 40 80000504", "r 0 cc0c",
        // Resets the card, then the transmit FIFO, and waits for each.
        "r 1000 20100", "w 1000 20101", "r 1000 20101", "r 1000 20101", "r 1000 20100",
        "w 1018 100000", "r 1018 100000", "r 1018 0",
        "w 44 3020100", "w 40 80000504",
        // Eight times, separate, 32 to receive, 16 to send.
        "w 1000 1c01000",
        // Store and forward both ways, second frame.
        "w 1018 2200004",
        // Full duplex, checksums, 100 Mbit/s as before.
        "w 0 cc00",
        "w 100c 5fff8000", "w 1010 5fff0000",
        "r 4 0", "w 4 1",
        // Normal, abnormal, bus error, receive.
        "w 101c 1a040",
        "r 3c 0", "w 3c e",
        "w 0 cc0c", "w 1018 2202006",
      ])
    #expect(receive.bytes.allSatisfy { $0 == 0 } && transmit.bytes.allSatisfy { $0 == 0 })
  }

  @Test func aCardThatStaysInResetIsGivenUp() {
    var card = card()
    bus.script(0x1000, 1)
    #expect(throws: EthernetDeviceFault.unusable) { try card.start() }
    #expect(bus.written(to: 0x1018).isEmpty)
  }

  @Test func aFIFOThatStaysFullIsGivenUp() {
    var card = card()
    bus.script(0x1018, 0x0010_0000)
    #expect(throws: EthernetDeviceFault.unusable) { try card.start() }
    #expect(bus.written(to: 0x00).isEmpty)
  }

  @Test func ringsOutOfReachAreAnError() {
    var beyond = card(receiveAt: 1 << 32)
    #expect(throws: EthernetDeviceFault.ringMemory) { try beyond.start() }
    var short = Card(
      bus, receive: (receive, 0), transmit: (FakeDMA(byteCount: 4095), 0x1000))
    #expect(throws: EthernetDeviceFault.ringMemory) { try short.start() }
    #expect(bus.takeTrace().isEmpty)
  }

  @Test func aFrameIsReceivedWithoutItsCheckSequence() throws {
    var card = try started()
    _ = receive.takeEvents()
    card.provide(0x5fef_0000)
    #expect(receive.load32(at: 8) == 0x5fef_0000 && receive.load32(at: 4) == 0x600)
    #expect(receive.load32(at: 0) == 0x8000_0000)
    #expect(receive.takeEvents() == [.stores], "the owner is written last")
    card.kick()
    #expect(bus.takeTrace() == ["w 1008 ffffffff"])
    card.kick()
    #expect(bus.takeTrace() == [])
    #expect(card.received() == nil)

    finish(receive, 0, status: 64 << 16 | 0x320)
    _ = receive.takeEvents()
    let received = card.received()
    let frame = try #require(received)
    #expect(frame.address == 0x5fef_0000 && frame.length == 60)
    #expect(receive.takeEvents() == [.loads])
    #expect(card.received() == nil)
  }

  /// A buffer returns to the card after an error, a truncated frame, a frame that is only a check sequence or is
  /// longer than its buffer, and parts of frames with an otherwise good status.
  @Test(
    arguments: [
      0x0040_8300, 0x05dc_4300, 0x0004_0300, 0x0000_0300, 0x0601_0300,
      0x0600_0220, 0x0708_0120, 0x0040_0120, 0x0040_0020, UInt32(0),
    ])
  func whatIsSpoiledIsNotHandedOver(status: UInt32) throws {
    var card = try started()
    card.provide(0x1000)
    card.kick()
    _ = bus.takeTrace()
    finish(receive, 0, status: status)
    #expect(card.received() == nil)
    #expect(card.spoiled == 1)
    #expect(receive.load32(at: 16) == 0x8000_0000 && receive.load32(at: 24) == 0x1000)
    card.kick()
    #expect(bus.takeTrace() == ["w 1008 ffffffff"], "the card is notified")
  }

  /// A frame of 1,800 bytes in buffers of 1,536 continues in the next descriptor. The length in the last one is the
  /// frame's, but only 264 bytes are in its buffer; behind them lies data of an earlier frame.
  @Test func aFrameOverTwoDescriptorsDoesNotGoUpInParts() throws {
    var card = try started()
    for index: UInt64 in 0..<3 { card.provide(0x1000 + index * 2048) }
    finish(receive, 0, status: 1536 << 16 | 1 << 9 | 1 << 5)
    finish(receive, 1, status: 1800 << 16 | 1 << 8 | 1 << 5)
    finish(receive, 2, status: 64 << 16 | 0x320)
    let frame = card.received()
    #expect(frame?.address == 0x2000 && frame?.length == 60, "the next frame is delivered")
    #expect(card.received() == nil)
    #expect(card.spoiled == 2)
  }

  /// A flood of bad frames, as fast as their buffers return to the card, does not keep the driver busy forever: frames
  /// that come meanwhile raise the line again.
  @Test func badFramesWithoutEndAreLookedOverInPortions() throws {
    var card = try started()
    for index: UInt64 in 0..<256 { card.provide(index * 2048) }
    // A device that is done with every descriptor in the moment it gets it.
    receive.onStore32 = { [receive] offset, value in
      if offset % 16 == 0, value == 0x8000_0000 { receive.store32(64 << 16 | 0x8320, at: offset) }
    }
    for index in 0..<256 { finish(receive, index, status: 64 << 16 | 0x8320) }
    for portions: UInt32 in 1...3 {
      #expect(card.received() == nil)
      #expect(card.received() == nil)
      #expect(card.spoiled == portions * 256)
      card.kick()
    }
    receive.onStore32 = { _, _ in }
    finish(receive, 0, status: 64 << 16 | 0x320)
    #expect(card.received()?.length == 60)
  }

  /// A bus error at the third of four frames to send and the second of three receive buffers: after the reset, the
  /// card starts at the first descriptor of both rings, wherever it was before.
  @Test func afterAnErrorOfTheBusTheCardIsStartedAnew() throws {
    var card = try started()
    card.setTransmitInterrupt(true)
    for index: UInt64 in 0..<4 { card.provide(0x1000 + index * 2048) }
    for index: UInt64 in 0..<4 { card.transmit(0x8000 + index * 2048, length: 60) }
    finish(receive, 0, status: 64 << 16 | 0x320)
    finish(transmit, 0, status: 0)
    #expect(card.received()?.length == 60 && card.transmitted() == 0x8000)
    card.kick()
    _ = bus.takeTrace()
    bus.script(0x00, 0x0000_cc0c)
    bus.script(0x1000, [0x0002_0101, 0x0002_0100])
    bus.script(0x1014, [0xa000, 0])
    let (isAboutFrames, hasFailed) = (card.takeInterrupts(), card.hasFailed)
    #expect(isAboutFrames && card.busErrors == 1 && !hasFailed)
    #expect(bus.written(to: 0x100c) == [0x5fff_8000] && bus.written(to: 0x1010) == [0x5fff_0000])
    #expect(bus.written(to: 0x44) == [0x0302_0100], "the address")
    #expect(bus.written(to: 0x00) == [0xcc00, 0xcc0c], "the speed")
    #expect(bus.written(to: 0x101c) == [0x1a041], "who waits for sent frames still does")
    #expect(bus.written(to: 0x1018).last == 0x0220_2006)
    #expect(transmit.bytes.allSatisfy { $0 == 0 })
    for index: UInt64 in 1..<4 { #expect(card.transmitted() == 0x8000 + index * 2048) }
    #expect(card.transmitted() == nil)
    #expect(card.received() == nil)
    for index in 0..<3 {
      #expect(receive.load32(at: 16 * index) == 0x8000_0000)
      #expect(receive.load32(at: 16 * index + 8) == 0x1000 + 2048 * UInt32(index + 1))
    }
    #expect(receive.load32(at: 48) == 0)
    card.transmit(0x9000, length: 60)
    #expect(transmit.load32(at: 0) == 0x8000_0000 && transmit.load32(at: 8) == 0x9000)
    _ = bus.takeTrace()
    card.kick()
    #expect(bus.takeTrace() == ["w 1008 ffffffff", "w 1004 ffffffff"])
    finish(receive, 0, status: 64 << 16 | 0x320)
    #expect(card.received()?.address == 0x1800)
  }

  @Test func aCardThatStaysInResetAfterAnErrorHasFailed() throws {
    var card = try started()
    bus.script(0x1000, 1)
    bus.script(0x1014, [0xa000, 0])
    _ = card.takeInterrupts()
    let hasFailed = card.hasFailed
    #expect(hasFailed)
  }

  @Test func theRingEndsAndBeginsAnew() throws {
    var card = try started()
    for index in 0..<256 { card.provide(UInt64(index) * 2048) }
    let hasRoom = card.hasReceiveRoom
    #expect(!hasRoom)
    #expect(receive.load32(at: 255 * 16 + 4) == 0x0200_0600, "the last one says so")
    #expect(receive.load32(at: 254 * 16 + 4) == 0x600)
    for index in 0..<256 { finish(receive, index, status: 64 << 16 | 0x320) }
    for index in 0..<256 {
      let frame = card.received()
      #expect(frame?.address == UInt64(index) * 2048)
    }
    #expect(card.received() == nil)
    let hasRoomAgain = card.hasReceiveRoom
    #expect(hasRoomAgain)
    card.provide(0x1000)
    #expect(receive.load32(at: 0) == 0x8000_0000)
  }

  @Test func framesAreSent() throws {
    var card = try started()
    card.transmit(0x5fdf_0000, length: 1514)
    // Interrupt, last part, first part, all checksums.
    #expect(transmit.load32(at: 4) == 0xf800_05ea && transmit.load32(at: 8) == 0x5fdf_0000)
    #expect(transmit.load32(at: 0) == 0x8000_0000)
    card.kick()
    #expect(bus.takeTrace() == ["w 1004 ffffffff"])
    #expect(card.transmitted() == nil)
    finish(transmit, 0, status: 0)
    #expect(card.transmitted() == 0x5fdf_0000)
    #expect(card.transmitted() == nil)
  }

  @Test func whatTheCardCannotReachIsNotAccepted() throws {
    var card = try started()
    let last = card.accepts(0xffff_ffff, length: 2047)
    let beyond = card.accepts(1 << 32, length: 60)
    let long = card.accepts(0, length: 2048)
    #expect(last && !beyond && !long)
  }

  @Test func interruptsAreClearedAndOnlyThoseAskedForCount() throws {
    var card = try started()
    bus.script(0x1014, [0x0066_0041, 0x0066_0001, 0])
    // Receive and transmit. The states of the processes above them are not written back.
    let first = card.takeInterrupts()
    // Sent frames are not a cause while their interrupt is off.
    let second = card.takeInterrupts()
    let third = card.takeInterrupts()
    #expect(first && !second && !third)
    #expect(
      bus.takeTrace() == ["r 1014 660041", "w 1014 41", "r 1014 660001", "w 1014 1", "r 1014 0"])

    card.setTransmitInterrupt(true)
    card.setTransmitInterrupt(true)
    #expect(bus.takeTrace() == ["w 101c 1a041"])
    bus.script(0x1014, [0x1_0001, 0xa000, 0])
    let sent = card.takeInterrupts()
    let broken = card.takeInterrupts()
    #expect(sent && broken && card.busErrors == 1, "an error is about frames")
    card.setTransmitInterrupt(false)
    #expect(bus.written(to: 0x101c).last == 0x1a040)
  }

  @Test func theLinkIsThePHYs() throws {
    var card = try started()
    bus.script(0x10, [0x51, 0x50, 0x50])
    bus.script(0x14, [0x7949, 0x796d])
    let up = card.isLinkUp
    #expect(up)
    // Address 0, register 1, clock range 4, polled until not busy; twice, since the first read has the latched state.
    #expect(
      bus.takeTrace() == [
        "w 10 51", "r 10 51", "r 10 50", "r 14 7949", "w 10 51", "r 10 50", "r 14 796d",
      ])
    bus.script(0x14, 0x7949)
    let down = card.isLinkUp
    bus.script(0x14, 0xffff)
    let unknown = card.isLinkUp
    #expect(!down && unknown)
  }

  /// Speeds of 10, 100 and 1000 Mbit/s, and a lost link, which leaves the speed unchanged.
  @Test(
    arguments: [(0x8, [0x8c0c]), (0xa, [0xcc0c]), (0xc, [0x0c0c]), (0x5, [])]
      as [(UInt32, [UInt32])])
  func aLinkThatComesUpSetsTheSpeed(status: UInt32, configuration: [UInt32]) throws {
    var card = try started()
    bus.script(0x00, 0x4c0c)
    bus.script(0xd8, status)
    bus.script(0x1014, [1 << 26, 0])
    let frames = card.takeInterrupts()
    let (changed, again) = (card.takeLinkChange(), card.takeLinkChange())
    #expect(!frames && changed && !again)
    #expect(bus.written(to: 0) == configuration)
    #expect(bus.written(to: 0x1014) == [], "the status register does not clear it")
  }

  @Test func itsAddressIsTheBootLoaders() throws {
    #expect(try started().macAddress == 0x0504_0302_0100)
  }
}
