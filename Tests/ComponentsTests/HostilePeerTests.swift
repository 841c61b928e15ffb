// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SerialComponents
import TargetTestSupport
import TestSupport
import Testing

/// Peers overwrite their queues at random between handlers. Nothing traps or loops forever, and all data
/// of an honest client arrives, complete and in order.
@Suite struct HostilePeerTests {
  private static let rounds = fuzzIterations(5000)

  private func scribble(_ pair: SerialPair, _ random: inout SeededGenerator) {
    let value = UInt32(truncatingIfNeeded: random.next() >> UInt64(random.below(48)))
    switch random.below(5) {
    case 0: pair.tail = value
    case 1: pair.head = value
    case 2: pair.tail = pair.head &+ value % 80
    case 3: pair.producerSignalled = value
    default: pair.tail &+= 1
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func honestClientAmongLiars(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<max(1, Self.rounds / 500) {
      let driver = try #require(SerialPair(capacity: 128))
      let honest = try #require(SerialPair(capacity: 64))
      let liars = try (0..<3).map { _ in try #require(SerialPair(capacity: 64)) }
      var virtualiser = SerialVirtTx(driver: driver.ring, colours: seed == 2)
      virtualiser.addClient(honest.ring, channel: 0)
      for (index, liar) in liars.enumerated() {
        virtualiser.addClient(liar.ring, channel: index + 1)
      }
      var next: UInt8 = 0x80
      var expected: UInt8 = 0x80
      for _ in 0..<500 {
        switch random.below(4) {
        case 0:
          scribble(liars[random.below(3)], &random)
        case 1:
          for _ in 0..<random.below(20) where honest.put([next]) == 1 {
            next = next == 0xff ? 0x80 : next + 1
          }
          _ = virtualiser.clientReady(0)
        case 2:
          _ = virtualiser.clientReady(1 + random.below(3))
        default:
          // Only the honest client's bytes have the top bit set: the liars' memory holds zeros.
          for byte in driver.take(random.below(100)) where byte >= 0x80 {
            try #require(byte == expected)
            expected = expected == 0xff ? 0x80 : expected + 1
          }
          if driver.producerSignalled == 0 {
            driver.producerSignalled = 1
            _ = virtualiser.driverReady()
          }
        }
        #expect(virtualiser.checkInvariants() == nil)
      }
      #expect(virtualiser.quarantined.contains(0) == false)
      #expect(virtualiser.driverFaulted == false)
      for _ in 0..<100 {
        for byte in driver.take() where byte >= 0x80 {
          try #require(byte == expected)
          expected = expected == 0xff ? 0x80 : expected + 1
        }
        _ = virtualiser.driverReady()
      }
      #expect(expected == next, "everything has arrived")
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func everythingIsALie(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<max(1, Self.rounds / 100) {
      let driver = try #require(SerialPair(capacity: 64))
      let clients = try (0..<4).map { _ in try #require(SerialPair(capacity: 64)) }
      var transmit = SerialVirtTx(driver: driver.ring, colours: seed == 2)
      var receive = SerialVirtRx(
        driver: driver.ring, switchCharacter: 28, terminateCharacter: 0x0d)
      for (channel, client) in clients.enumerated() {
        transmit.addClient(client.ring, channel: channel)
        receive.addClient(client.ring, channel: channel)
      }
      for _ in 0..<100 {
        scribble(random.below(4) == 0 ? driver : clients[random.below(4)], &random)
        driver.put([28, UInt8(0x30 + random.below(10)), 0x0d, UInt8(random.below(256))])
        switch random.below(3) {
        case 0: _ = transmit.clientReady(random.below(6))
        case 1: _ = transmit.driverReady()
        default: _ = receive.driverReady()
        }
        #expect(transmit.checkInvariants() == nil)
      }
    }
  }
}
