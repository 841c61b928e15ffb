// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import NetworkComponents
import Rings
import TargetTestSupport
import Testing

@Suite struct NetVirtTxTests {
  private let driver: NetPair
  private let clients: [NetPair]
  private let memories = (0..<2).map { _ in FakeDMA(byteCount: 8 * 2048) }
  private static let io: [UInt64] = [0x1_0000, 0x8_0000]

  init() throws {
    driver = try #require(NetPair(capacity: 16))
    clients = try (0..<2).map { _ in try #require(NetPair(capacity: 8)) }
  }

  /// Two clients with eight buffers each, in regions with owners 0 and 5. Each client fills its own queue of empty
  /// buffers, as sDDF's clients do, and sends buffers from there.
  private func virtualiser() -> NetVirtTx<FakeDMA> {
    var virtualiser = NetVirtTx<FakeDMA>(driver: driver.rings)
    for (index, client) in clients.enumerated() {
      virtualiser.addClient(client.rings, channel: index)
      let added = virtualiser.addRegion(
        memories[index], ioAddress: Self.io[index], bufferCount: 8, client: index, owner: 5 * index)
      #expect(added)
      for buffer in 0..<8 { client.put(.free, NetDescriptor(address: UInt64(buffer) * 2048)) }
      client.setSignalled(.free, 1)
    }
    _ = virtualiser.start()
    return virtualiser
  }

  private func send(_ client: Int, length: UInt16 = 60) throws -> UInt64 {
    let buffer = try #require(clients[client].take(.free, limit: 1).first)
    clients[client].put(
      .active,
      NetDescriptor(address: buffer.address, length: length, owner: UInt8(5 * client)))
    return buffer.address
  }

  private func numbers(_ set: IndexSet64) -> [Int] { (0..<64).filter(set.contains) }

  @Test func aFrameGoesToTheDriverAndItsBufferBack() throws {
    var virtualiser = virtualiser()
    let address = try send(1, length: 1514)
    #expect(virtualiser.clientReady(1).notifyDriver)
    #expect(memories[1].takeEvents() == [.clean(Int(address), 1514)])
    #expect(
      driver.take(.active) == [NetDescriptor(address: Self.io[1] + address, length: 1514)])
    #expect(clients[1].signalled(.active) == 0, "requests a signal")

    driver.put(.free, NetDescriptor(address: Self.io[1] + address))
    #expect(virtualiser.driverReady() == .init())
    #expect(clients[1].count(.free) == 8)
    #expect(clients[1].take(.free).last == NetDescriptor(address: address, owner: 5))
  }

  @Test func onlyAClientOutOfBuffersMakesUsAskTheDriver() throws {
    var virtualiser = virtualiser()
    let address = try send(0)
    _ = virtualiser.clientReady(0)
    #expect(driver.signalled(.free) == 1)
    // Now the client requests a signal and notifies.
    clients[0].setSignalled(.free, 0)
    #expect(
      virtualiser.clientReady(0).notifyDriver,
      "the driver may have sent everything without an interrupt")
    #expect(driver.signalled(.free) == 0)
    // The driver is notified once, however often the client signals.
    #expect(virtualiser.clientReady(0) == .init())
    driver.put(.free, NetDescriptor(address: Self.io[0] + address))
    #expect(numbers(virtualiser.driverReady().notifyClients) == [0])
    #expect(clients[0].signalled(.free) == 1)
    #expect(driver.signalled(.free) == 1)
  }

  @Test func buffersThatCameBackMeanwhileAreFoundWhenAsking() throws {
    var virtualiser = virtualiser()
    let address = try send(0)
    _ = virtualiser.clientReady(0)
    driver.put(.free, NetDescriptor(address: Self.io[0] + address))
    clients[0].setSignalled(.free, 0)
    #expect(numbers(virtualiser.clientReady(0).notifyClients) == [0])
  }

  @Test(arguments: [
    NetDescriptor(address: 0, length: 0, owner: 0),
    NetDescriptor(address: 0, length: 2049, owner: 0),
    NetDescriptor(address: 0, length: .max, owner: 0),
    NetDescriptor(address: 1, length: 60, owner: 0),
    NetDescriptor(address: 8 * 2048, length: 60, owner: 0),
    NetDescriptor(address: .max - 2047, length: 60, owner: 0),
    NetDescriptor(address: 0, length: 60, owner: 5),
    NetDescriptor(address: 0, length: 60, owner: 63),
  ]) func aClientThatSendsWhatCannotBeIsQuarantined(descriptor: NetDescriptor) throws {
    var virtualiser = virtualiser()
    clients[0].put(.active, descriptor)
    clients[0].put(.active, NetDescriptor(address: 2048, length: 60, owner: 0))
    #expect(virtualiser.clientReady(0) == .init())
    #expect(driver.count(.active) == 0 && virtualiser.counters.refused == 1)
    #expect(numbers(virtualiser.quarantined) == [0])
    #expect(memories[0].takeEvents().isEmpty)
    // The other client is still served.
    _ = try send(1)
    #expect(virtualiser.clientReady(1).notifyDriver)
  }

  /// A client repeatedly announces a queue of invalid descriptors: only the first one is examined.
  @Test func aFloodOfEmptyDescriptorsIsWorkOnce() throws {
    var virtualiser = virtualiser()
    for round in 1...10_000 {
      clients[0].setTail(.active, UInt16(truncatingIfNeeded: 8 * round))
      #expect(virtualiser.clientReady(0) == .init())
    }
    #expect(virtualiser.counters.refused == 1)
  }

  /// A client that always has more to send: all others get a turn after each of its shares, even without a signal.
  @Test func othersGetATurnAfterEachShare() throws {
    typealias Virtualiser = NetVirtTx<FakeDMA>
    let share = Virtualiser.share
    let driver = try #require(NetPair(capacity: 1024))
    let pairs = try (0..<2).map { _ in try #require(NetPair(capacity: 512)) }
    var virtualiser = Virtualiser(driver: driver.rings)
    for (client, pair) in pairs.enumerated() {
      virtualiser.addClient(pair.rings, channel: client)
      let isAdded = virtualiser.addRegion(
        FakeDMA(byteCount: 512 * 2048), ioAddress: Self.io[0] &* UInt64(1 + 16 * client),
        bufferCount: 512, client: client, owner: 0)
      #expect(isAdded)
    }
    func put(_ client: Int, _ count: Int, from first: Int = 0) {
      for index in first..<first + count {
        pairs[client].put(.active, NetDescriptor(address: UInt64(index) * 2048, length: 60))
      }
    }
    put(0, 3 * share)
    var actions = virtualiser.start()
    #expect(actions.isUnfinished && driver.take(.active).count == share)
    #expect(pairs[0].count(.active) == 2 * share, "it sees which slots are free again")
    put(1, 1)
    // The other client's signal is not reported; it is served anyway.
    actions = virtualiser.serve(clients: IndexSet64())
    let addresses = driver.take(.active).map(\.address)
    #expect(actions.isUnfinished && addresses.count == share + 1)
    #expect(addresses.last == Self.io[0] &* 17)
    actions = virtualiser.serve(clients: IndexSet64())
    #expect(driver.take(.active).count == share)
    if actions.isUnfinished { actions = virtualiser.serve(clients: IndexSet64()) }
    #expect(!actions.isUnfinished && pairs[0].signalled(.active) == 0, "now it must signal")
  }

  @Test func aBufferThatTheDriverHasIsNotSentAgain() throws {
    var virtualiser = virtualiser()
    let address = try send(0)
    clients[0].put(.active, NetDescriptor(address: address, length: 60, owner: 0))
    clients[0].put(.active, NetDescriptor(address: 7 * 2048, length: 60, owner: 0))
    _ = virtualiser.clientReady(0)
    #expect(driver.take(.active).count == 1)
    #expect(numbers(virtualiser.quarantined) == [0])
    // Its queues are not used any more, even for returned buffers; the other client is served.
    driver.put(.free, NetDescriptor(address: Self.io[0] + address))
    driver.setSignalled(.active, 0)
    _ = try send(1)
    #expect(virtualiser.clientReady(1).notifyDriver)
    #expect(virtualiser.clientReady(0) == .init())
  }

  @Test func aClientWithAnImpossibleIndexIsQuarantined() throws {
    var virtualiser = virtualiser()
    clients[0].setTail(.active, 9)
    #expect(virtualiser.clientReady(0) == .init())
    #expect(numbers(virtualiser.quarantined) == [0])
    _ = try send(1)
    #expect(virtualiser.clientReady(1).notifyDriver)
  }

  @Test func aQueueOfEmptyBuffersThatLiesHurtsItsOwnerOnly() throws {
    var virtualiser = virtualiser()
    let (first, second) = (try send(0), try send(1))
    _ = virtualiser.clientReady(0)
    _ = virtualiser.clientReady(1)
    clients[0].setHead(.free, 5000)
    driver.put(.free, NetDescriptor(address: Self.io[0] + first))
    driver.put(.free, NetDescriptor(address: Self.io[1] + second))
    _ = virtualiser.driverReady()
    #expect(numbers(virtualiser.quarantined) == [0])
    #expect(clients[1].count(.free) == 8)
  }

  @Test func theDriverReturnsWhatItHasAndNothingElse() throws {
    var virtualiser = virtualiser()
    let address = try send(0)
    _ = virtualiser.clientReady(0)
    for wrong in [
      Self.io[0] + address + 1, Self.io[0] + 8 * 2048, Self.io[1], 0, .max, Self.io[0] - 2048,
    ] {
      driver.put(.free, NetDescriptor(address: wrong))
    }
    driver.put(.free, NetDescriptor(address: Self.io[0] + address))
    driver.put(.free, NetDescriptor(address: Self.io[0] + address))
    _ = virtualiser.driverReady()
    #expect(virtualiser.counters.refused == 7)
    #expect(clients[0].count(.free) == 8 && clients[1].count(.free) == 8)
  }

  @Test func aDriverWithAnImpossibleIndexIsLeftAlone() throws {
    var virtualiser = virtualiser()
    driver.setTail(.free, 17)
    #expect(virtualiser.driverReady() == .init())
    #expect(virtualiser.driverFaulted == true)
    _ = try send(0)
    #expect(virtualiser.clientReady(0) == .init())
  }

  @Test func regionsHaveALimit() {
    var virtualiser = virtualiser()
    let tooShort = virtualiser.addRegion(
      FakeDMA(byteCount: 2047), ioAddress: 0, bufferCount: 1, client: 0, owner: 1)
    let none = virtualiser.addRegion(
      FakeDMA(byteCount: 2048), ioAddress: 0, bufferCount: 0, client: 0, owner: 1)
    let tooMany = virtualiser.addRegion(
      FakeDMA(byteCount: 32768 * 2048), ioAddress: 0, bufferCount: 32768, client: 0, owner: 1)
    #expect(!tooShort && !none && !tooMany)
  }
}
