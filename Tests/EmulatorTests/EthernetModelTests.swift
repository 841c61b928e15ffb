// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import DesignWareMAC
import Glibc
import NetworkComponents
import Registers
import Testing
import VirtioNet

@testable import Emulator

/// The Ethernet drivers of protection domains on the models of their cards. Rings are in uncached memory, as the
/// systems map them.
@Suite struct EthernetModelTests {
  private final class Far: NetworkBackend {
    var deliver: ([UInt8]) -> Void = { _ in }
    var sent: [[UInt8]] = []
    func transmit(_ frame: [UInt8], now: UInt64) { sent.append(frame) }
    func descriptors(timeout: inout UInt32) -> [pollfd] { [] }
    func handle(_ descriptors: [pollfd], now: UInt64) {}
    var nextEvent: UInt64? { nil }
    func advance(to now: UInt64) {}
  }

  private struct RingMemory: DMAMemory {
    let start: UnsafeMutableRawPointer
    let byteCount: Int

    func load16(at offset: Int) -> UInt16 { start.load(fromByteOffset: offset, as: UInt16.self) }
    func load32(at offset: Int) -> UInt32 { start.load(fromByteOffset: offset, as: UInt32.self) }
    func load64(at offset: Int) -> UInt64 { start.load(fromByteOffset: offset, as: UInt64.self) }
    func store16(_ value: UInt16, at offset: Int) {
      start.storeBytes(of: value, toByteOffset: offset, as: UInt16.self)
    }
    func store32(_ value: UInt32, at offset: Int) {
      start.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
    }
    func store64(_ value: UInt64, at offset: Int) {
      start.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }
    func clean(_ offset: Int, count: Int) {}
    func cleanAndInvalidate(_ offset: Int, count: Int) {}
    func orderStores() {}
    func orderLoads() {}
    func orderAll() {}
  }

  private final class Bench {
    static let base: UInt64 = 0x5000_0000
    let far = Far()
    let rings: HostMemory
    let buffers: HostMemory
    let physical: PhysicalMemory
    let link: NetworkLink
    var device: (any Device)?
    var now: UInt64 = 0
    var reports: [String] = []

    init() throws {
      rings = try #require(HostMemory(size: 0x10000))
      buffers = try #require(HostMemory(size: 0x40000))
      var physical = PhysicalMemory()
      physical.add(rings, at: Self.base)
      physical.add(buffers, at: Self.base + 0x10_0000)
      self.physical = physical
      link = NetworkLink(backend: far, recorder: nil, faults: nil)
    }

    func memory(at offset: Int, count: Int) -> RingMemory {
      RingMemory(start: rings.start + offset, byteCount: count)
    }

    func buffer(_ index: Int) -> UInt64 { Self.base + 0x10_0000 + UInt64(index) * 2048 }

    func put(_ frame: [UInt8], in index: Int) { buffers.write(frame, at: index * 2048) }
    func frame(in index: Int, count: Int) -> [UInt8] {
      Array(UnsafeRawBufferPointer(start: buffers.start + index * 2048, count: count))
    }

    func advance() {
      now += 1_000_000
      while let next = device?.nextEvent, next <= now { device?.advance(to: next) }
      #expect(device?.checkInvariants() == nil)
    }
  }

  private func frame(_ seed: UInt8) -> [UInt8] {
    [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, seed, 8, 0]
      + (0..<(60 + Int(seed))).map { UInt8(truncatingIfNeeded: $0) ^ seed }
  }

  /// Exchanges more frames in each direction than the rings have entries.
  private func exchange(_ card: inout some EthernetDevice & ~Copyable, _ bench: Bench) throws {
    try card.start()
    var free = Array(0..<16)
    var isOut: [UInt64: Int] = [:]
    func provide(_ card: inout some EthernetDevice & ~Copyable) {
      while card.hasReceiveRoom, let index = free.popLast() {
        card.provide(bench.buffer(index))
        isOut[bench.buffer(index)] = index
      }
      card.kick()
    }
    provide(&card)
    var received: [[UInt8]] = []
    var sent: [[UInt8]] = []
    var sending: Set<UInt64> = []
    for round in 0..<300 {
      bench.far.deliver(frame(UInt8(round % 50)))
      let index = 16 + round % 8
      if card.hasTransmitRoom, !sending.contains(bench.buffer(index)) {
        let bytes = frame(UInt8(100 + round % 50))
        bench.put(bytes, in: index)
        card.transmit(bench.buffer(index), length: bytes.count)
        sending.insert(bench.buffer(index))
        sent.append(bytes)
      }
      card.kick()
      bench.advance()
      bench.advance()
      _ = card.takeInterrupts()
      while let (address, length) = card.received() {
        let taken = isOut.removeValue(forKey: address)
        let index = try #require(taken)
        received.append(bench.frame(in: index, count: length))
        free.append(index)
      }
      while let address = card.transmitted() { sending.remove(address) }
      provide(&card)
    }
    #expect(received == (0..<300).map { frame(UInt8($0 % 50)) })
    #expect(sent.count > 250)
    #expect(bench.far.sent == sent)
    #expect(bench.reports.isEmpty)
  }

  private typealias Meson = DesignWareMAC<ModelBus, RingMemory>

  private func meson(_ bench: Bench) -> (DesignWareMACModel, Meson) {
    let physical = bench.physical
    let model = DesignWareMACModel(link: bench.link) { physical }
    model.report = { [unowned bench] in bench.reports.append($0) }
    bench.device = model
    let card = DesignWareMAC(
      ModelBus(model), receive: (bench.memory(at: 0, count: 0x1000), Bench.base),
      transmit: (bench.memory(at: 0x1000, count: 0x1000), Bench.base + 0x1000))
    return (model, card)
  }

  /// Frames of all lengths arrive, some longer than a buffer or than the card accepts. Complete frames are passed on
  /// unchanged, all others are dropped, and the buffers remain in use.
  @Test func framesLongerThanABufferAreDropped() throws {
    let bench = try Bench()
    var (_, card) = meson(bench)
    try card.start()
    for index in 0..<16 { card.provide(bench.buffer(index)) }
    card.kick()
    let limit = 0x600 - 4
    for count in [60, 1514, 1518, limit, limit + 1, 1800, 2044, 2045, 3000, 9000, 60] {
      for index in 0..<16 { bench.put([UInt8](repeating: 0xee, count: 2048), in: index) }
      let sent = frame(9).prefix(74) + [UInt8](repeating: 0x5a, count: max(0, count - 74))
      bench.far.deliver(Array(sent.prefix(count)))
      bench.advance()
      _ = card.takeInterrupts()
      var received: [[UInt8]] = []
      while let (address, length) = card.received() {
        received.append(bench.frame(in: Int(address - bench.buffer(0)) / 2048, count: length))
        card.provide(address)
      }
      card.kick()
      #expect(received == (count <= limit ? [Array(sent.prefix(count))] : []), "\(count) bytes")
    }
    #expect(card.spoiled == 12, "two buffers of each frame that is too long")
    #expect(bench.reports.isEmpty)
  }

  /// A buffer outside memory stops the card. The driver restarts it, and everything works as before.
  @Test func aBusErrorIsRecoveredFrom() throws {
    let bench = try Bench()
    var (model, card) = meson(bench)
    var line: [Bool] = []
    model.interrupt = { line.append($0) }
    try exchange(&card, bench)
    line = []
    card.transmit(bench.buffer(16), length: 60)
    card.transmit(0x1000, length: 60)
    card.kick()
    bench.advance()
    #expect(line.last == true)
    let (hasFrames, hasFailed) = (card.takeInterrupts(), card.hasFailed)
    #expect(hasFrames && card.busErrors == 1 && !hasFailed && line.last == false)
    #expect(card.transmitted() == bench.buffer(16) && card.transmitted() == 0x1000)
    #expect(card.transmitted() == nil)
    #expect(bench.reports.map { $0.prefix(12) } == ["dwmac stops:"])
    // The driver provides the same receive buffers again, from the start of the ring.
    #expect(card.received() == nil && card.spoiled > 0)
    card.kick()
    bench.reports = []
    let (before, places) = (bench.far.sent.count, 0..<256)
    for round in places {
      bench.far.deliver(frame(UInt8(round % 50)))
      bench.put(frame(1), in: 17)
      card.transmit(bench.buffer(17), length: frame(1).count)
      card.kick()
      bench.advance()
      bench.advance()
      _ = card.takeInterrupts()
      let received = card.received()
      let (address, length) = try #require(received, "round \(round)")
      let index = Int(address - bench.buffer(0)) / 2048
      #expect(bench.frame(in: index, count: length) == frame(UInt8(round % 50)))
      card.provide(address)
      let sent = card.transmitted()
      #expect(sent == bench.buffer(17))
    }
    #expect(bench.far.sent.count == before + places.count && bench.reports.isEmpty)
  }

  /// A permanently wrong address stops the card after each restart, so the driver reports a failure in the end.
  @Test func aCardThatFailsRepeatedlyIsGivenUp() throws {
    let bench = try Bench()
    var (_, card) = meson(bench)
    try card.start()
    card.provide(0x1000)
    card.kick()
    for _ in 0..<8 {
      bench.far.deliver(frame(1))
      bench.advance()
      _ = card.takeInterrupts()
      #expect(card.received() == nil)
      card.kick()
      let hasFailed = card.hasFailed
      #expect(!hasFailed)
    }
    bench.far.deliver(frame(1))
    bench.advance()
    _ = card.takeInterrupts()
    let hasFailed = card.hasFailed
    #expect(hasFailed && card.busErrors == 9)
  }

  @Test func designWareMAC() throws {
    let bench = try Bench()
    var (model, card) = meson(bench)
    try exchange(&card, bench)

    var line: [Bool] = []
    model.interrupt = { line.append($0) }
    for isUp in [false, true] {
      model.isLinkUp = isUp
      let frames = card.takeInterrupts()
      let (changed, state) = (card.takeLinkChange(), card.isLinkUp)
      #expect(!frames && changed && state == isUp)
    }
    #expect(line == [true, false, true, false])
    // The link went down and came back unnoticed: the PHY's bit latches low, and the driver's second read gives the
    // present state.
    model.isLinkUp = false
    model.isLinkUp = true
    _ = card.takeInterrupts()
    let present = card.isLinkUp
    #expect(present)
  }

  @Test func virtio() throws {
    let bench = try Bench()
    let physical = bench.physical
    let model = VirtioNetModel(link: bench.link) { physical }
    model.transport.report = { [unowned bench] in bench.reports.append($0) }
    let page = VirtioMMIOPage([0: model])
    bench.device = page
    var card = VirtioNet(
      ModelBus(page), memory: bench.memory(at: 0, count: 0x1_0000), ioAddress: Bench.base)
    try exchange(&card, bench)
  }
}
