// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Rings
import SerialComponents
import TargetTestSupport
import TestSupport
import Testing

@Suite struct SerialVirtTxTests {
  private let driver: SerialPair
  private let clients: [SerialPair]

  init() throws {
    driver = try #require(SerialPair(capacity: 64))
    clients = try (0..<4).map { _ in try #require(SerialPair(capacity: 32)) }
  }

  private func virtualiser(colours: Bool = false) -> SerialVirtTx {
    var virtualiser = SerialVirtTx(driver: driver.ring, colours: colours)
    for (channel, client) in clients.enumerated() {
      virtualiser.addClient(client.ring, channel: channel)
    }
    return virtualiser
  }

  private func numbers(_ set: IndexSet64) -> [Int] { (0..<64).filter(set.contains) }

  @Test func oneBatch() {
    var virtualiser = virtualiser()
    clients[2].put("hello\n")
    let actions = virtualiser.clientReady(2)
    #expect(actions.notifyDriver)
    #expect(numbers(actions.notifyClients) == [2], "a zeroed queue holds a request")
    #expect(driver.takeText() == "hello\n")
    #expect(clients[2].count == 0 && clients[2].producerSignalled == 1)
    #expect(virtualiser.transferred == 6)
  }

  @Test func clientThatDoesNotWaitIsNotNotified() {
    var virtualiser = virtualiser()
    clients[0].producerSignalled = 1
    clients[0].put("x")
    #expect(virtualiser.clientReady(0).notifyClients.isEmpty == true)
    #expect(virtualiser.clientReady(0) == .init(), "nothing to do, no one to notify")
  }

  @Test func coloursAreThoseOfSDDF() throws {
    let driver = try #require(SerialPair(capacity: 512))
    var virtualiser = SerialVirtTx(driver: driver.ring, colours: true)
    let clients = try (0..<8).map { _ in try #require(SerialPair(capacity: 32)) }
    for (channel, client) in clients.enumerated() {
      virtualiser.addClient(client.ring, channel: channel)
    }
    for (index, client) in clients.enumerated() {
      client.put("\(index)")
      _ = virtualiser.clientReady(index)
    }
    let codes = [31, 32, 33, 34, 35, 36, 31, 32]
    let expected = codes.enumerated().map { "\u{1b}[\($1)m\($0)\u{1b}[0m" }.joined()
    #expect(driver.takeText() == expected)
  }

  /// A batch begins only when all of it fits. Turns follow the order of the notifications.
  @Test func waitsForRoomAndKeepsTheOrder() {
    var virtualiser = virtualiser()
    _ = virtualiser.write(byteCount: 50) { _ in 0x3d }
    let taken = driver.head
    clients[3].put("first batch, 24 bytes in")
    clients[1].put("second")
    driver.producerSignalled = 1
    #expect(virtualiser.clientReady(3) == .init())
    #expect(driver.producerSignalled == 0, "waits for the driver")
    #expect(virtualiser.clientReady(1) == .init(), "it would fit, but it is not its turn")
    #expect(driver.head == taken && driver.count == 50)
    #expect(clients[3].count == 24)

    driver.producerSignalled = 1
    #expect(driver.take(9).count == 9)
    #expect(virtualiser.driverReady() == .init(), "still one byte short")
    #expect(driver.producerSignalled == 0, "asks again")
    #expect(driver.take(41).count == 41)
    driver.producerSignalled = 1
    let actions = virtualiser.driverReady()
    #expect(actions.notifyDriver && numbers(actions.notifyClients) == [1, 3])
    #expect(driver.takeText() == "first batch, 24 bytes insecond")
    #expect(driver.producerSignalled == 1, "nothing is waiting")
    #expect(virtualiser.driverReady() == .init())
  }

  /// Several clients write lines concurrently: each line arrives in one piece.
  @Test(arguments: [false, true]) func batchesAreNotMixed(colours: Bool) {
    var virtualiser = virtualiser(colours: colours)
    var output = ""
    var sent = [0, 0, 0, 0]
    var random = SeededGenerator(seed: 1)
    for round in 0..<2000 {
      let client = random.below(4)
      let line = String(repeating: Character("\(client)"), count: random.below(13)) + "\n"
      if line.utf8.count <= 32 - clients[client].count {
        clients[client].put(line)
        sent[client] += line.utf8.count
        _ = virtualiser.clientReady(client)
      }
      if round % 3 == 0 {
        output += driver.takeText(random.below(40))
        if driver.producerSignalled == 0 {
          driver.producerSignalled = 1
          _ = virtualiser.driverReady()
        }
      }
    }
    while driver.count > 0 {
      output += driver.takeText()
      _ = virtualiser.driverReady()
    }
    for code in 0...36 { output = output.split(separator: "\u{1b}[\(code)m").joined() }
    for line in output.split(separator: "\n") { #expect(Set(line).count == 1, "\(line)") }
    for client in 0..<4 {
      #expect(clients[client].count == 0)
      #expect(output.filter { $0 == Character("\(client)") }.count <= sent[client])
    }
    #expect(output.utf8.count == sent.reduce(0, +))
  }

  /// A batch larger than the driver's queue goes out in pieces, with no other client's bytes in between.
  @Test(arguments: [false, true]) func batchLongerThanTheDriversQueue(colours: Bool) throws {
    let long = try #require(SerialPair(capacity: 256))
    let other = try #require(SerialPair(capacity: 256))
    var virtualiser = SerialVirtTx(driver: driver.ring, colours: colours)
    virtualiser.addClient(long.ring, channel: 0)
    virtualiser.addClient(other.ring, channel: 1)
    let text = String((0..<200).map { Character(UnicodeScalar(UInt8(0x61 + $0 % 26))) })
    long.put(text)
    other.put("!")
    var output = ""
    var actions = virtualiser.clientReady(0)
    #expect(actions.notifyDriver)
    _ = virtualiser.clientReady(1)
    var rounds = 0
    while driver.count > 0, rounds < 100 {
      output += driver.takeText(10)
      rounds += 1
      if driver.producerSignalled == 0 {
        driver.producerSignalled = 1
        actions = virtualiser.driverReady()
      }
    }
    if colours {
      #expect(output.hasPrefix("\u{1b}[31mabc"))
      #expect(output.hasSuffix("\u{1b}[0m\u{1b}[32m!\u{1b}[0m"))
      for code in ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[0m"] {
        output = output.split(separator: code).joined()
      }
    }
    #expect(output == text + "!")
    #expect(long.count == 0 && other.count == 0)
  }

  @Test func queueTooShortForColoursGoesWithout() throws {
    let tiny = try #require(SerialPair(capacity: 8))
    var virtualiser = SerialVirtTx(driver: tiny.ring, colours: true)
    virtualiser.addClient(clients[0].ring, channel: 0)
    clients[0].put("abc")
    #expect(virtualiser.clientReady(0).notifyDriver == true)
    #expect(tiny.takeText() == "abc")
  }

  /// Text added while its client waits for a turn is sent although its notification is used up.
  @Test func addedDuringTheWaitIsSent() {
    var virtualiser = virtualiser()
    _ = virtualiser.write(byteCount: 60) { _ in 0x3d }
    clients[0].put("one two ")
    _ = virtualiser.clientReady(0)
    clients[0].put("three")
    _ = virtualiser.clientReady(0)
    _ = driver.take()
    #expect(virtualiser.driverReady().notifyDriver == true)
    #expect(driver.takeText() == "one two three")
    #expect(clients[0].count == 0)
  }

  @Test(arguments: [33, 64, 0x7fff_ffff, 0x8000_0000, UInt32.max])
  func lyingClientIsQuarantinedAlone(tail: UInt32) {
    var virtualiser = virtualiser()
    clients[1].tail = tail
    clients[2].put("fine")
    #expect(virtualiser.clientReady(1) == .init())
    #expect(numbers(virtualiser.quarantined) == [1])
    #expect(virtualiser.clientReady(2).notifyDriver == true)
    #expect(driver.takeText() == "fine")
    clients[1].tail = 5
    #expect(virtualiser.clientReady(1) == .init(), "quarantined until a restart")
    #expect(driver.count == 0)
  }

  /// A client ahead of an honest one writes an impossible index while it waits for its turn.
  @Test func lieInTheMiddleDoesNotHoldUpTheQueue() {
    var virtualiser = virtualiser()
    _ = virtualiser.write(byteCount: 64) { _ in 0x3d }
    clients[0].put("honest batch of some bytes")
    clients[1].put("a")
    clients[2].put("z")
    for client in 0..<3 { _ = virtualiser.clientReady(client) }
    clients[1].tail = 0x1234_5678
    clients[0].tail = 1
    _ = driver.take()
    #expect(virtualiser.driverReady().notifyDriver == true)
    // The first batch was seen before its client took it back, and is sent as seen.
    #expect(driver.takeText() == "honest batch of some bytesz")
    #expect(numbers(virtualiser.quarantined) == [0, 1])
  }

  @Test(arguments: [1, 63, 1000, 0x8000_0000 as UInt32]) func lyingDriverEndsSending(offset: UInt32)
  {
    var virtualiser = virtualiser()
    driver.head = driver.tail &+ offset
    clients[0].put("x")
    #expect(virtualiser.clientReady(0) == .init())
    #expect(virtualiser.driverFaulted == true)
    driver.head = driver.tail
    #expect(virtualiser.clientReady(0) == .init())
    #expect(virtualiser.isDrained() == true)
  }

  @Test func numbersOfNoClientAreIgnored() {
    var virtualiser = virtualiser()
    for client in [-1, 4, 63, 64, Int.max, Int.min] {
      #expect(virtualiser.clientReady(client) == .init())
    }
  }

  @Test func textOfItsOwn() {
    var virtualiser = virtualiser()
    let text = Array("Begin input\n".utf8)
    #expect(virtualiser.write(byteCount: text.count) { text[$0] }.notifyDriver == true)
    #expect(virtualiser.isDrained() == false)
    #expect(driver.takeText() == "Begin input\n")
    #expect(virtualiser.isDrained() == true)
    #expect(virtualiser.write(byteCount: 0) { _ in 0 } == .init())
    #expect(virtualiser.write(byteCount: 100) { _ in 0x2e }.notifyDriver == true)
    #expect(driver.count == 64, "truncated, without blocking")
  }

  /// Colours follow the order in which clients were added, whatever their channels.
  @Test func coloursDoNotDependOnChannels() throws {
    let driver = try #require(SerialPair(capacity: 64))
    var virtualiser = SerialVirtTx(driver: driver.ring, colours: true)
    virtualiser.addClient(clients[0].ring, channel: 61)
    virtualiser.addClient(clients[1].ring, channel: 7)
    clients[0].put("a")
    clients[1].put("b")
    _ = virtualiser.clientReady(61)
    _ = virtualiser.clientReady(7)
    #expect(driver.takeText() == "\u{1b}[31ma\u{1b}[0m\u{1b}[32mb\u{1b}[0m")
  }

  @Test func oneClientForEachOfSixtyFourChannels() throws {
    let pair = try #require(SerialPair(capacity: 32))
    var virtualiser = SerialVirtTx(driver: driver.ring, colours: false)
    for channel in 0..<64 {
      let added = virtualiser.addClient(pair.ring, channel: channel)
      #expect(added)
    }
    for channel in [-1, 0, 63, 64] {
      let added = virtualiser.addClient(pair.ring, channel: channel)
      #expect(!added)
    }
  }
}
