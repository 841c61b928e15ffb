// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkComponents
import Rings
import TargetTestSupport
import TestSupport
import Testing

/// Client 0 breaks the protocol before each frame of client 1. Client 1 still gets all its frames through, in order,
/// and all its buffers back.
@Suite struct NetworkLiarsTests {
  enum Lie: CaseIterable {
    case outOfRange, unaligned, nothing, tooLong, sameBufferTwice, tailAhead, tailBack, headAhead
    case returnsNothing, ringsWithoutEnd, scribbles
  }

  private static let rounds = fuzzIterations(300)

  /// Applies a lie to the liar's queues; `queue` is the one of which it is the producer.
  private func lie(
    _ lie: Lie, _ pair: NetPair, _ queue: NetPair.Queue, _ random: inout SeededGenerator
  ) {
    switch lie {
    case .outOfRange:
      for address: UInt64 in [16 * 2048, 1 << 40, .max - 2047] {
        pair.put(queue, NetDescriptor(address: address, length: 60))
      }
    case .unaligned: pair.put(queue, NetDescriptor(address: 2049, length: 60))
    case .nothing: pair.put(queue, NetDescriptor(address: 2048, length: 0))
    case .tooLong: pair.put(queue, NetDescriptor(address: 2048, length: .max))
    case .sameBufferTwice:
      for _ in 0..<2 { pair.put(queue, NetDescriptor(address: 4096, length: 60)) }
    case .tailAhead: pair.setTail(queue, UInt16(random.below(65536)))
    case .tailBack:
      pair.put(queue, NetDescriptor(address: 2048, length: 60))
      pair.setTail(queue, 0 &- UInt16(1 + random.below(20)))
    case .headAhead:
      pair.setHead(.free, UInt16(random.below(65536)))
      pair.setHead(.active, UInt16(random.below(65536)))
    case .returnsNothing, .ringsWithoutEnd: break
    case .scribbles:
      let value = UInt16(random.below(65536))
      switch random.below(4) {
      case 0: pair.setTail(queue, value)
      case 1: pair.setHead(queue == .free ? .active : .free, value)
      case 2: pair.setSignalled(.free, UInt32(value))
      default:
        pair.put(
          queue,
          NetDescriptor(
            address: UInt64(random.below(20)) * 1024, length: value, owner: UInt8(value & 63)))
      }
    }
  }

  @Test(arguments: Lie.allCases) func transmitting(_ lie: Lie) throws {
    let driver = try #require(NetPair(capacity: 32))
    let pairs = try (0..<2).map { _ in try #require(NetPair(capacity: 16)) }
    let io: [UInt64] = [0x10_0000, 0x20_0000]
    var virtualiser = NetVirtTx<FakeDMA>(driver: driver.rings)
    for (client, pair) in pairs.enumerated() {
      virtualiser.addClient(pair.rings, channel: client)
      let isAdded = virtualiser.addRegion(
        FakeDMA(byteCount: 16 * 2048), ioAddress: io[client], bufferCount: 16, client: client,
        owner: 0)
      #expect(isAdded)
      for buffer in 0..<16 { pair.put(.free, NetDescriptor(address: UInt64(buffer) * 2048)) }
    }
    _ = virtualiser.start()
    var random = SeededGenerator(seed: 1)
    for round in 0..<Self.rounds {
      self.lie(lie, pairs[0], .active, &random)
      // A liar that never takes back its empty buffers keeps sending.
      if lie == .returnsNothing {
        pairs[0].put(.active, NetDescriptor(address: UInt64(round % 16) * 2048, length: 60))
      }
      for _ in 0..<(lie == .ringsWithoutEnd ? 100 : 1) {
        let actions = virtualiser.clientReady(0)
        if lie == .ringsWithoutEnd { #expect(actions == .init() || round == 0) }
      }
      let buffer = try #require(pairs[1].take(.free, limit: 1).first, "round \(round)")
      let length = UInt16(60 + round % 1000)
      pairs[1].put(.active, NetDescriptor(address: buffer.address, length: length))
      driver.setSignalled(.active, 0)
      #expect(virtualiser.clientReady(1).notifyDriver)
      #expect(virtualiser.inFlightCount == driver.count(.active) + driver.count(.free))
      let sent = driver.take(.active)
      #expect(
        sent.filter { $0.address >= io[1] } == [
          NetDescriptor(address: io[1] + buffer.address, length: length)
        ])
      // Of the liar, only its own buffers may be sent.
      #expect(
        sent.allSatisfy {
          $0.address >= io[0] && $0.address < io[1] + 16 * 2048 && $0.address % 2048 == 0
            && (1...2048).contains($0.length)
        })
      for descriptor in sent { driver.put(.free, NetDescriptor(address: descriptor.address)) }
      _ = virtualiser.driverReady()
    }
    #expect(!virtualiser.quarantined.contains(1) && !virtualiser.driverFaulted)
    #expect(pairs[1].count(.free) == 16)
  }

  @Test(arguments: Lie.allCases) func receiving(_ lie: Lie) throws {
    let io: UInt64 = 0x4000_0000
    let driver = try #require(NetPair(capacity: 16))
    let pairs = try (0..<2).map { _ in try #require(NetPair(capacity: 16)) }
    let memory = FakeDMA(byteCount: 16 * 2048)
    let notes = SharedMemory(byteCount: 128)
    var virtualiser = NetVirtRx(
      driver: driver.rings, memory: memory, ioAddress: io, bufferCount: 16,
      holders: try #require(SharedWords(notes.region)))
    for (client, pair) in pairs.enumerated() {
      virtualiser.addClient(pair.rings, channel: client)
      virtualiser.addAddress(0x1000 + UInt64(client), client: client)
    }
    _ = virtualiser.start()
    var random = SeededGenerator(seed: 1)
    for round in 0..<Self.rounds {
      self.lie(lie, pairs[0], .free, &random)
      for _ in 0..<(lie == .ringsWithoutEnd ? 100 : 1) {
        let actions = virtualiser.clientReady(0)
        if lie == .ringsWithoutEnd { #expect(actions == .init() || round == 0) }
      }
      // One frame for each client, the liar's first.
      var expected: [NetDescriptor] = []
      for client: UInt64 in 0..<2 {
        let buffer = try #require(driver.take(.free, limit: 1).first, "round \(round)")
        memory.store(0x1000 + client, at: Int(buffer.address - io))
        let length = UInt16(60 + round % 1000)
        driver.put(.active, NetDescriptor(address: buffer.address, length: length))
        if client == 1 { expected = [NetDescriptor(address: buffer.address - io, length: length)] }
      }
      _ = virtualiser.driverReady()
      #expect(pairs[1].take(.active) == expected)
      for descriptor in expected { pairs[1].put(.free, descriptor) }
      _ = virtualiser.clientReady(1)
    }
    #expect(!virtualiser.quarantined.contains(1) && !virtualiser.driverFaulted)
  }
}
