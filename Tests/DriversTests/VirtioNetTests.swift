// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkComponents
import TargetTestSupport
import Testing

@testable import VirtioNet

@Suite struct VirtioNetTests {
  private static let io: UInt64 = 0x5fff_0000
  private let bus = FakeBus()
  private let memory = FakeDMA(byteCount: 0x1_0000)

  private typealias Card = VirtioNet<FakeBus, FakeDMA>

  /// A modern card with queues of `size` that offers MAC, STATUS, VERSION_1 and features that the driver does not use.
  private func card(size: UInt32 = 4, memory: FakeDMA? = nil) -> Card {
    bus.script(0x000, 0x7472_6976)
    bus.script(0x004, 2)
    bus.script(0x008, 1)
    bus.script(0x034, size)
    bus.onRead = { [bus] offset in
      guard offset == 0x010 else { return nil }
      return bus.written(to: 0x014).last == 1 ? 0x0000_0007 : 0x0001_0023
    }
    return Card(bus, memory: memory ?? self.memory, ioAddress: Self.io)
  }

  private func started(size: UInt32 = 4) throws -> Card {
    var card = card(size: size)
    try card.start()
    _ = bus.takeTrace()
    _ = memory.takeEvents()
    return card
  }

  // A queue of four has 64 bytes of descriptors, 14 of available ring and 38 of used ring, whose entries are aligned to
  // 8: 128 bytes in all.
  private let available = 64
  private let used = 84
  private let transmitBase = 128

  /// Acts as the device: returns the chain at descriptor `head`, with `length` bytes written.
  private func finish(_ queue: Int, head: UInt32, length: UInt32) {
    let base = queue * transmitBase + used
    let index = memory.load16(at: base + 2)
    memory.store32(head, at: base + 4 + 8 * Int(index % 4))
    memory.store32(length, at: base + 8 + 8 * Int(index % 4))
    memory.store16(index &+ 1, at: base + 2)
    _ = memory.takeEvents()
  }

  @Test func initialisation() throws {
    var card = card()
    try card.start()
    #expect(
      bus.takeTrace() == [
        "r 0 74726976", "r 4 2", "r 8 1",
        // Reset, acknowledge, driver.
        "w 70 0", "w 70 1", "w 70 3",
        // Features: MAC and STATUS, VERSION_1.
        "w 14 0", "r 10 10023", "w 14 1", "r 10 7", "w 24 0", "w 20 10020", "w 24 1", "w 20 1",
        "w 70 b", "r 70 b",
        // Sizes.
        "w 30 0", "r 34 4", "w 30 1", "r 34 4",
        // Receive queue at 0, transmit queue at 128.
        "w 30 0", "w 38 4", "w 80 5fff0000", "w 84 0", "w 90 5fff0040", "w 94 0", "w a0 5fff0054",
        "w a4 0", "w 44 1",
        "w 30 1", "w 38 4", "w 80 5fff0080", "w 84 0", "w 90 5fff00c0", "w 94 0", "w a0 5fff00d4",
        "w a4 0", "w 44 1",
        "w 70 f",
      ])
    // Pairs: header (12 bytes, next, write), buffer (write); receive headers behind the transmit header.
    #expect(memory.load64(at: 0) == Self.io + 256 + 16 && memory.load32(at: 8) == 12)
    #expect(memory.load16(at: 12) == 3 && memory.load16(at: 14) == 1)
    #expect(memory.load64(at: 32) == Self.io + 256 + 32 && memory.load16(at: 46) == 3)
    #expect(memory.load64(at: 128) == Self.io + 256 && memory.load16(at: 140) == 1)
    #expect(memory.load64(at: 160) == Self.io + 256, "one transmit header for all")
    #expect(memory.load16(at: transmitBase + available) == 1, "no interrupts for sent frames")
  }

  @Test(arguments: [(0x000, UInt32(0)), (0x004, 1), (0x008, 2), (0x008, 0)])
  func whatIsNoModernCardIsLeftAlone(offset: Int, value: UInt32) {
    var card = card()
    bus.script(offset, value)
    #expect(throws: EthernetDeviceFault.absent) { try card.start() }
    #expect(bus.takeTrace().allSatisfy { $0.hasPrefix("r") })
  }

  @Test func aCardWithoutVersion1OrThatRefusesIsToldSo() {
    var old = card()
    bus.onRead = { $0 == 0x010 ? 0 : nil }
    #expect(throws: EthernetDeviceFault.unusable) { try old.start() }
    #expect(bus.written(to: 0x070).last == 0x83)

    var refusing = card()
    bus.script(0x070, 3)
    #expect(throws: EthernetDeviceFault.unusable) { try refusing.start() }
    #expect(bus.written(to: 0x070).last == 0x8b)
  }

  @Test(arguments: [UInt32(0), 1]) func aCardWithoutQueuesIsUnusable(size: UInt32) {
    var card = card(size: size)
    #expect(throws: EthernetDeviceFault.unusable) { try card.start() }
  }

  @Test func ringsThatDoNotFitAreAnError() {
    let small = FakeDMA(byteCount: 300)
    var card = card(memory: small)
    #expect(throws: EthernetDeviceFault.ringMemory) { try card.start() }
    #expect(bus.written(to: 0x044).isEmpty)
  }

  @Test func queuesHaveSizesThatArePowersOfTwo() throws {
    var card = card(size: 1000)
    try card.start()
    #expect(bus.written(to: 0x038) == [512, 512])
  }

  @Test func aFrameIsReceived() throws {
    var card = try started()
    #expect(card.received() == nil)
    let before = card.hasReceiveRoom
    card.provide(0x1000)
    card.provide(0x2000)
    let after = card.hasReceiveRoom
    #expect(before && !after)
    _ = memory.takeEvents()
    card.kick()
    #expect(bus.takeTrace() == ["w 50 0"])
    // Everything else before the index, and the index before the read of the device's flag.
    #expect(memory.takeEvents() == [.stores, .store16(available + 2, 2), .all])
    // Idle pairs are a stack: the last one comes first.
    #expect(memory.load64(at: 32 + 16) == 0x1000 && memory.load32(at: 32 + 24) == 2048)
    #expect(memory.load32(at: 32 + 28) == 2, "for the device to write")
    #expect(memory.load16(at: available + 4) == 2 && memory.load16(at: available + 6) == 0)

    finish(0, head: 2, length: 72)
    let received = card.received()
    let frame = try #require(received)
    #expect(frame.address == 0x1000 && frame.length == 60)
    #expect(memory.takeEvents() == [.loads])
    #expect(card.received() == nil)
    let again = card.hasReceiveRoom
    #expect(again)
  }

  @Test func aDeviceThatWantsNoNotificationGetsNone() throws {
    var card = try started()
    memory.store16(1, at: used)
    card.provide(0x1000)
    card.kick()
    card.kick()
    #expect(bus.takeTrace() == [])
  }

  @Test func framesAreSentAndTheirBuffersComeBack() throws {
    var card = try started()
    card.transmit(0x8000, length: 1514)
    card.transmit(0x9000, length: 60)
    let hasRoom = card.hasTransmitRoom
    #expect(!hasRoom)
    card.kick()
    #expect(bus.takeTrace() == ["w 50 1"])
    #expect(card.transmitted() == nil)
    finish(1, head: 2, length: 0)
    finish(1, head: 0, length: 0)
    #expect(card.transmitted() == 0x8000 && card.transmitted() == 0x9000)
    #expect(card.transmitted() == nil)
    let hasRoomAgain = card.hasTransmitRoom
    #expect(hasRoomAgain)
  }

  @Test func indicesWrap() throws {
    var card = try started()
    for round in 0..<70_000 {
      card.provide(UInt64(round) * 2048)
      card.kick()
      let index = memory.load16(at: available + 2)
      let head = memory.load16(at: available + 4 + 2 * Int((index &- 1) % 4))
      finish(0, head: UInt32(head), length: 112)
      guard let frame = card.received(), frame.address == UInt64(round) * 2048, frame.length == 100
      else {
        Issue.record("round \(round)")
        return
      }
    }
  }

  /// Invalid chains and impossible lengths.
  @Test func aDeviceThatIsWrongDoesNoHarm() throws {
    var card = try started()
    card.provide(0x1000)
    card.kick()
    for head: UInt32 in [1, 3, 4, 5, 0xffff_ffff] { finish(0, head: head, length: 100) }
    #expect(card.received() == nil)
    // Shorter than a header, longer than a buffer, and longer than 16 bits: length 0, so the virtualiser returns the buffer.
    for length: UInt32 in [0, 5, 12 + 2049, 0x1_0048, 0xffff_ffff] {
      finish(0, head: 2, length: length)
      let frame = card.received()
      #expect(frame?.address == 0x1000 && frame?.length == 0)
      card.provide(0x1000)
    }
    finish(0, head: 2, length: 72)
    #expect(card.received()?.length == 60)
    finish(0, head: 2, length: 72)
    #expect(card.received() == nil, "the device has no buffers")
  }

  /// The device returns chains that it does not own while it owns others: no buffer is returned twice, and none is lost.
  @Test func aChainComesBackOnceAndOnlyWhereTheDeviceHasIt() throws {
    var card = try started(size: 8)
    let used = 128 + 28
    func finish(_ head: UInt32) {
      let index = memory.load16(at: used + 2)
      memory.store32(head, at: used + 4 + 8 * Int(index % 8))
      memory.store32(72, at: used + 8 + 8 * Int(index % 8))
      memory.store16(index &+ 1, at: used + 2)
    }
    // Four pairs, the last one given first: heads 6 and 4.
    card.provide(0x1000)
    card.provide(0x2000)
    card.kick()
    // Never given, and already returned.
    for head: UInt32 in [0, 2] { finish(head) }
    #expect(card.received() == nil)
    finish(4)
    finish(4)
    #expect(card.received()?.address == 0x2000)
    #expect(card.received() == nil)
    for address: UInt64 in [0x3000, 0x4000, 0x5000] {
      let hasRoom = card.hasReceiveRoom
      #expect(hasRoom)
      card.provide(address)
    }
    let isFull = !card.hasReceiveRoom
    #expect(isFull)
    for head: UInt32 in [6, 6, 4, 2, 0] { finish(head) }
    var addresses: Set<UInt64> = []
    while let frame = card.received() { addresses.insert(frame.address) }
    #expect(addresses == [0x1000, 0x3000, 0x4000, 0x5000])
  }

  /// A device whose index runs away is followed for one ring per call.
  @Test func anIndexThatRunsAwayIsFollowedForOneRing() throws {
    var card = try started()
    card.provide(0x1000)
    card.kick()
    var looks = 0
    memory.beforeLoad16 = { [memory, used] offset in
      guard offset == used + 2 else { return }
      looks += 1
      memory.store(UInt16(truncatingIfNeeded: looks), at: offset)
    }
    for slot in 0..<4 { memory.store(UInt32(3), at: used + 4 + 8 * slot) }
    #expect(card.received() == nil)
    #expect(looks == 4)
  }

  /// DEVICE_NEEDS_RESET comes with a configuration change (2.1.2).
  @Test func aCardThatNeedsAResetHasFailed() throws {
    var card = try started()
    bus.script(0x060, 2)
    bus.script(0x070, 0xf)
    _ = card.takeInterrupts()
    let before = card.hasFailed
    bus.script(0x070, 0x4f)
    _ = card.takeInterrupts()
    let after = card.hasFailed
    #expect(!before && after)
  }

  @Test func interruptsAreAcknowledgedBeforeTheRingsAreLookedAt() throws {
    var card = try started()
    bus.script(0x060, 3, 0)
    let (first, second) = (card.takeInterrupts(), card.takeInterrupts())
    #expect(first && !second)
    #expect(bus.takeTrace() == ["r 60 3", "w 64 3", "r 70 f", "r 60 0"])
    card.setTransmitInterrupt(true)
    #expect(memory.takeEvents() == [.store16(transmitBase + available, 0), .all])
    card.setTransmitInterrupt(true)
    #expect(memory.takeEvents() == [])
    card.setTransmitInterrupt(false)
    #expect(memory.takeEvents() == [.store16(transmitBase + available, 1)])
  }

  @Test func aChangedConfigurationIsAboutTheLinkAndNotAboutFrames() throws {
    var card = try started()
    bus.script(0x060, 1, 2, 3)
    var seen: [[Bool]] = []
    for _ in 0..<3 {
      seen.append([card.takeInterrupts(), card.takeLinkChange(), card.takeLinkChange()])
    }
    #expect(seen == [[true, false, false], [false, true, false], [true, true, false]])
    #expect(bus.written(to: 0x064) == [1, 2, 3])
  }

  @Test func addressAndLink() throws {
    let card = try started()
    bus.script(0x100, 0x0001_5452)
    bus.script(0x104, 0x0001_1200)
    #expect(card.macAddress == 0x1200_0001_5452)
    let up = card.isLinkUp
    bus.script(0x104, 0x0000_1200)
    let down = !card.isLinkUp
    #expect(up && down)
  }

  @Test func aRestartForgetsWhatWasInTheRings() throws {
    var card = try started()
    card.provide(0x1000)
    card.kick()
    finish(0, head: 2, length: 72)
    try card.start()
    #expect(card.received() == nil)
    let hasRoom = card.hasReceiveRoom
    #expect(hasRoom)
    #expect(memory.load16(at: available + 2) == 0 && memory.load16(at: used + 2) == 0)
  }
}
