// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import NetworkComponents
import Rings
import TargetTestSupport
import TestSupport
import Testing

@Suite struct NetVirtRxTests {
  private static let io: UInt64 = 0x4000_0000
  private static let broadcast: UInt64 = 0xffff_ffff_ffff
  private let driver: NetPair
  private let clients: [NetPair]
  private let memory = FakeDMA(byteCount: 16 * 2048)

  init() throws {
    driver = try #require(NetPair(capacity: 16))
    clients = try (0..<3).map { _ in try #require(NetPair(capacity: 16)) }
  }

  private func fresh() throws -> NetVirtRx<FakeDMA> {
    let words = try #require(SharedWords(SharedMemory(byteCount: 128).region))
    return NetVirtRx(
      driver: driver.rings, memory: memory, ioAddress: Self.io, bufferCount: 16, holders: words)
  }

  private func virtualiser(clients count: Int = 3) throws -> NetVirtRx<FakeDMA> {
    var virtualiser = try fresh()
    for (index, client) in clients.prefix(count).enumerated() {
      virtualiser.addClient(client.rings, channel: index)
      virtualiser.addAddress(0x1000 + UInt64(index), client: index)
    }
    _ = virtualiser.start()
    return virtualiser
  }

  /// Acts as the driver: fills an empty buffer with a frame for `destination`, and returns its address.
  @discardableResult private func receive(
    _ destination: UInt64, length: UInt16 = 60
  ) throws -> UInt64 {
    let buffer = try #require(driver.take(.free, limit: 1).first)
    memory.store(destination, at: Int(buffer.address - Self.io))
    driver.put(.active, NetDescriptor(address: buffer.address, length: length))
    return buffer.address
  }

  private func numbers(_ set: IndexSet64) -> [Int] { (0..<64).filter(set.contains) }

  @Test func theDriverGetsAllBuffersAtTheStart() throws {
    var virtualiser = try fresh()
    #expect(virtualiser.start().notifyDriver)
    #expect(
      driver.take(.free) == (0..<16).map { NetDescriptor(address: Self.io + UInt64($0) * 2048) })
  }

  @Test(arguments: [
    (16, 15 * 2048, 128, 15), (16, 16 * 2048, 120, 15), (16, 2047, 128, 0), (-1, 2048, 8, 0),
  ]) func noMoreBuffersThanThereIsRoomFor(asked: Int, memory: Int, notes: Int, used: Int) throws {
    let words = try #require(SharedWords(SharedMemory(byteCount: notes).region))
    var virtualiser = NetVirtRx(
      driver: driver.rings, memory: FakeDMA(byteCount: memory), ioAddress: 0, bufferCount: asked,
      holders: words)
    #expect(virtualiser.bufferCount == used)
    _ = virtualiser.start()
    #expect(driver.count(.free) == used)
  }

  @Test func aFrameGoesToItsClientAndTheBufferBack() throws {
    var virtualiser = try virtualiser()
    let address = try receive(0x1001, length: 100)
    let actions = virtualiser.driverReady()
    #expect(numbers(actions.notifyClients) == [1] && !actions.notifyDriver)
    let offset = address - Self.io
    #expect(memory.takeEvents() == [.cleanAndInvalidate(Int(offset), 100)])
    #expect(clients[1].take(.active) == [NetDescriptor(address: offset, length: 100)])
    #expect(clients[0].count(.active) == 0 && clients[2].count(.active) == 0)
    #expect(driver.signalled(.active) == 0, "requests a signal")

    clients[1].put(.free, NetDescriptor(address: offset, length: 100))
    #expect(virtualiser.clientReady(1).notifyClients.isEmpty)
    #expect(driver.count(.free) == 16)
    #expect(driver.take(.free).last == NetDescriptor(address: address))
  }

  @Test func aBroadcastGoesToAllAndComesBackOnce() throws {
    var virtualiser = try virtualiser()
    let offset = try receive(Self.broadcast) - Self.io
    #expect(numbers(virtualiser.driverReady().notifyClients) == [0, 1, 2])
    for (index, client) in clients.enumerated() {
      #expect(client.take(.active) == [NetDescriptor(address: offset, length: 60)])
      #expect(driver.count(.free) == 15)
      client.put(.free, NetDescriptor(address: offset))
      _ = virtualiser.clientReady(index)
    }
    #expect(driver.count(.free) == 16)
    #expect(virtualiser.counters.delivered == 3)
  }

  @Test func framesForNoClientGoBackAtOnce() throws {
    var virtualiser = try virtualiser()
    // An unknown address, a multicast, and frames of impossible lengths.
    try receive(0x9999)
    try receive(0x0100_5e00_0001)
    try receive(0x1000, length: 13)
    try receive(0x1000, length: 0)
    try receive(0x1000, length: 2049)
    try receive(0x1000, length: .max)
    driver.setSignalled(.free, 0)
    let actions = virtualiser.driverReady()
    #expect(actions.notifyDriver && actions.notifyClients.isEmpty)
    #expect(driver.count(.free) == 16)
    #expect(virtualiser.counters.unwanted == 2 && virtualiser.counters.refused == 4)
  }

  @Test func signalsOnlyWhoAsked() throws {
    var virtualiser = try virtualiser()
    clients[0].setSignalled(.active, 1)
    try receive(0x1000)
    try receive(0x1001)
    #expect(numbers(virtualiser.driverReady().notifyClients) == [1])
    driver.setSignalled(.free, 1)
    clients[1].put(.free, try #require(clients[1].take(.active).first))
    #expect(!virtualiser.clientReady(1).notifyDriver)
    #expect(driver.count(.free) == 15)
  }

  /// Returned buffers are collected with the next frame. Clients must signal them only while the driver is
  /// short of buffers.
  @Test func clientsRingForReturnedBuffersOnlyWhenTheDriverIsShort() throws {
    driver.setSignalled(.free, 1)
    var virtualiser = try virtualiser()
    #expect(clients.allSatisfy { $0.signalled(.free) == 1 })
    let offset = try receive(0x1000) - Self.io
    _ = virtualiser.driverReady()
    clients[0].put(.free, NetDescriptor(address: offset))
    try receive(0x1001)
    _ = virtualiser.driverReady()
    #expect(driver.count(.free) == 15, "the first one has come back")

    driver.setSignalled(.free, 0)
    try receive(0x1000)
    _ = virtualiser.driverReady()
    #expect(clients.allSatisfy { $0.signalled(.free) == 0 })
    clients[1].put(.free, try #require(clients[1].take(.active).first))
    #expect(virtualiser.clientReady(1).notifyDriver)
    #expect(driver.signalled(.free) == 1)
    #expect(
      clients.allSatisfy { $0.signalled(.free) == 1 },
      "the driver has buffers: no signal is requested")
  }

  @Test func theDriverCannotHandOutABufferTwice() throws {
    var virtualiser = try virtualiser()
    let address = try receive(0x1000)
    for wrong in [address, address + 1, Self.io - 2048, Self.io + 16 * 2048, 0, .max] {
      driver.put(.active, NetDescriptor(address: wrong, length: 60))
    }
    _ = virtualiser.driverReady()
    #expect(clients[0].count(.active) == 1)
    #expect(virtualiser.counters.refused == 6)
    #expect(driver.count(.free) == 15)
  }

  @Test func aDriverWithAnImpossibleIndexIsLeftAlone() throws {
    var virtualiser = try virtualiser()
    driver.setTail(.active, 17)
    #expect(virtualiser.driverReady() == .init())
    #expect(virtualiser.driverFaulted == true)
    driver.setTail(.active, 0)
    try receive(0x1000)
    #expect(virtualiser.driverReady() == .init())
  }

  /// A client returns a buffer that it does not hold, one twice, or an invalid one, or writes impossible indices.
  @Test(arguments: 0..<6) func aLyingClientLosesWhatItHadAndOthersGoOn(lie: Int) throws {
    var virtualiser = try virtualiser()
    let mine = try receive(0x1000) - Self.io
    let other = try receive(0x1001) - Self.io
    _ = virtualiser.driverReady()
    switch lie {
    case 0: clients[0].put(.free, NetDescriptor(address: other))
    case 1:
      clients[0].put(.free, NetDescriptor(address: mine))
      clients[0].put(.free, NetDescriptor(address: mine))
    case 2: clients[0].put(.free, NetDescriptor(address: mine + 4))
    case 3: clients[0].put(.free, NetDescriptor(address: 16 * 2048))
    case 4: clients[0].put(.free, NetDescriptor(address: .max))
    default: clients[0].setTail(.free, 99)
    }
    _ = virtualiser.clientReady(0)
    #expect(numbers(virtualiser.quarantined) == [0])
    #expect(driver.count(.free) == 15, "its own buffer came back, the other client's did not")

    // It gets no more frames; the other clients get all of theirs.
    try receive(0x1000)
    try receive(Self.broadcast)
    clients[1].setSignalled(.active, 0)
    #expect(numbers(virtualiser.driverReady().notifyClients) == [1, 2])
    #expect(clients[1].take(.active).count == 2)
    clients[1].put(.free, NetDescriptor(address: other))
    _ = virtualiser.clientReady(1)
    #expect(numbers(virtualiser.quarantined) == [0])
  }

  /// Buffers circulate in order, so a client can guess the next one and return it while it is being handed out, to this
  /// client first or to others before it. The buffer must never be with the driver and a client at once.
  @Test(arguments: 0..<3, [Self.broadcast, 0x1000])
  func aBufferIsReturnedByWhoHasBeenShownItOnly(liar: Int, destination: UInt64) throws {
    var virtualiser = try virtualiser()
    // Of 16 buffers, 12 are shared and each client is guaranteed one. With eleven out, returned ones are collected.
    var hoard: [UInt64] = []
    for _ in 0..<10 { hoard.append(try receive(0x1000 + UInt64(liar)) - Self.io) }
    try receive(0x1000 + UInt64((liar + 1) % 3))
    _ = virtualiser.driverReady()
    #expect(virtualiser.quarantined.isEmpty)
    let frame = try receive(destination) - Self.io
    let second = try receive(destination) - Self.io
    memory.whenInvalidated = { [clients, memory] in
      memory.whenInvalidated = {}
      for address in [frame, second, hoard[0]] {
        clients[liar].put(.free, NetDescriptor(address: address))
      }
    }
    _ = virtualiser.driverReady()
    let withDriver = Set(driver.take(.free).map(\.address))
    for (index, client) in clients.enumerated() where index != liar {
      for descriptor in client.take(.active) {
        #expect(!withDriver.contains(descriptor.address + Self.io), "client \(index)")
      }
    }
    let isCaught = virtualiser.quarantined.contains(liar)
    #expect(isCaught)
  }

  /// While the driver may have too few buffers to receive, clients must signal returned ones, whatever the driver
  /// requests and whenever the virtualiser sees it.
  @Test func clientsRingWhenTheyHaveNearlyAll() throws {
    driver.setSignalled(.free, 1)
    var virtualiser = try virtualiser()
    for _ in 0..<11 { try receive(0x1000) }
    _ = virtualiser.driverReady()
    #expect(clients.allSatisfy { $0.signalled(.free) == 1 })
    try receive(0x1000)
    _ = virtualiser.driverReady()
    #expect(clients.allSatisfy { $0.signalled(.free) == 0 })
    clients[0].put(.free, try #require(clients[0].take(.active).first))
    _ = virtualiser.clientReady(0)
    #expect(clients.allSatisfy { $0.signalled(.free) == 1 })
  }

  /// A client that keeps every buffer cannot use the buffers reserved for others.
  @Test func aClientThatReturnsNothingCannotHaveAll() throws {
    var virtualiser = try virtualiser(clients: 2)
    for _ in 0..<40 where driver.count(.free) > 0 {
      try receive(0x1000)
      _ = virtualiser.driverReady()
    }
    // It got three quarters of the buffers; later frames were dropped.
    #expect(clients[0].count(.active) == 12)
    #expect(virtualiser.counters.dropped == 28)
    for _ in 0..<2 {
      try receive(0x1001)
      _ = virtualiser.driverReady()
    }
    #expect(clients[1].count(.active) == 2)
  }

  /// A burst longer than any client's share: no frame is lost if the copier runs as soon as it is notified.
  @Test func aLongRowIsHandedOutInPieces() throws {
    var virtualiser = try virtualiser(clients: 2)
    for _ in 0..<14 { try receive(0x1000) }
    var (rounds, got) = (0, 0)
    var actions: NetVirtRx<FakeDMA>.Actions
    repeat {
      actions = virtualiser.serve(clients: IndexSet64(), driver: true)
      let frames = clients[0].take(.active)
      #expect(frames.count <= 4)
      // The driver sees that the slots are free.
      #expect(driver.count(.active) == 14 - got - frames.count)
      got += frames.count
      rounds += 1
      for frame in frames { clients[0].put(.free, frame) }
    } while actions.isUnfinished
    let dropped = virtualiser.counters.dropped
    #expect(got == 14 && rounds == 4 && dropped == 0)
  }

  @Test func aFullQueueDropsTheFrame() throws {
    let small = try #require(NetPair(capacity: 2))
    var virtualiser = try fresh()
    virtualiser.addClient(small.rings, channel: 0)
    virtualiser.addAddress(0x1000, client: 0)
    _ = virtualiser.start()
    for _ in 0..<3 { try receive(0x1000) }
    _ = virtualiser.driverReady()
    #expect(small.count(.active) == 2 && virtualiser.counters.dropped == 1)
    #expect(driver.count(.free) == 14)
  }

  /// Buffers are never lost and never in two places, for all frames and all orders of return.
  @Test(arguments: 1...5) func buffersAreConserved(seed: UInt64) throws {
    var virtualiser = try virtualiser()
    var random = SeededGenerator(seed: seed)
    var held: [[NetDescriptor]] = [[], [], []]
    for _ in 0..<5000 {
      switch random.below(4) {
      case 0 where driver.count(.free) > 0:
        try receive([0x1000, 0x1001, 0x1002, Self.broadcast, 0x7777][random.below(5)])
      case 1: _ = virtualiser.driverReady()
      case 2:
        let client = random.below(3)
        held[client] += clients[client].take(.active, limit: random.below(4))
      default:
        let client = random.below(3)
        while !held[client].isEmpty, random.below(3) > 0 {
          clients[client].put(.free, held[client].remove(at: random.below(held[client].count)))
        }
        _ = virtualiser.clientReady(client)
      }
      #expect(virtualiser.quarantined.isEmpty && !virtualiser.driverFaulted)
      let withDriver = (driver.contents(.free) + driver.contents(.active)).map {
        Int($0.address - Self.io) / 2048
      }
      let places = withDriver + virtualiser.buffersWithClients()
      #expect(places.sorted() == Array(0..<16), "each buffer is in one place")
    }
    _ = virtualiser.driverReady()
    for (index, client) in clients.enumerated() {
      for descriptor in held[index] + client.take(.active) { client.put(.free, descriptor) }
      _ = virtualiser.clientReady(index)
    }
    let back = driver.take(.free).map(\.address)
    #expect(Set(back).count == 16 && back.count == 16)
  }
}
