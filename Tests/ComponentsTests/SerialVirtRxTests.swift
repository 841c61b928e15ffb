// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Rings
import SerialComponents
import TargetTestSupport
import Testing

@Suite struct SerialVirtRxTests {
  private let driver: SerialPair
  private let clients: [SerialPair]

  init() throws {
    driver = try #require(SerialPair(capacity: 64))
    clients = try (0..<12).map { _ in try #require(SerialPair(capacity: 16)) }
  }

  /// sDDF's characters: Ctrl-\ and carriage return.
  private func virtualiser() -> SerialVirtRx {
    var virtualiser = SerialVirtRx(
      driver: driver.ring, switchCharacter: 28, terminateCharacter: 0x0d)
    for (channel, client) in clients.enumerated() {
      virtualiser.addClient(client.ring, channel: channel)
    }
    return virtualiser
  }

  private func numbers(_ set: IndexSet64) -> [Int] { (0..<64).filter(set.contains) }

  @Test func inputGoesToTheFirstClient() {
    var virtualiser = virtualiser()
    driver.put("typed\r")
    let actions = virtualiser.driverReady()
    #expect(numbers(actions.notifyClients) == [0])
    #expect(actions.notifyDriver, "a zeroed queue holds a request")
    #expect(clients[0].takeText() == "typed\r")
    #expect(driver.count == 0)
    #expect(virtualiser.driverReady() == .init())
  }

  @Test(arguments: [
    ("\u{1c}3\rx", 3, "x"), ("\u{1c}11\rx", 11, "x"), ("\u{1c}0007\rx", 7, "x"),
    ("\u{1c}3\r\u{1c}5\rx", 5, "x"),
    // The switch character itself.
    ("\u{1c}\u{1c}x", 0, "\u{1c}x"),
    // No digit, no such client, too many digits, no number: each is dropped together with the character
    // that reveals it.
    ("\u{1c}ax", 0, "x"), ("\u{1c}\rx", 0, "x"), ("\u{1c}12\rx", 0, "x"),
    ("\u{1c}9999\rx", 0, "x"), ("\u{1c}00001\rx", 0, "\rx"), ("\u{1c}1a\rx", 0, "\rx"),
    ("\u{1c}1\u{1c}2\rx", 0, "2\rx"),
  ]) func switching(input: String, client: Int, text: String) {
    // All at once, then byte by byte: the state persists between notifications.
    for whole in [true, false] {
      var virtualiser = virtualiser()
      for piece in whole ? [input] : input.map(String.init) {
        driver.put(piece)
        _ = virtualiser.driverReady()
      }
      #expect(virtualiser.current == client)
      #expect(clients[client].takeText() == text)
      for other in clients { #expect(other.count == 0) }
      #expect(virtualiser.dropped == 0)
    }
  }

  @Test func bothClientsOfASwitchAreNotified() {
    var virtualiser = virtualiser()
    driver.put("ab\u{1c}2\rcd\u{1c}4\r")
    #expect(numbers(virtualiser.driverReady().notifyClients) == [0, 2])
    #expect(clients[0].takeText() == "ab")
    #expect(clients[2].takeText() == "cd")
    #expect(virtualiser.current == 4)
  }

  /// The user's numbers follow the order in which clients were added; whom to notify is told by channel.
  @Test func numbersDoNotDependOnChannels() {
    var virtualiser = SerialVirtRx(
      driver: driver.ring, switchCharacter: 28, terminateCharacter: 0x0d)
    for (number, channel) in [61, 7, 20].enumerated() {
      let added = virtualiser.addClient(clients[number].ring, channel: channel)
      #expect(added)
    }
    for channel in [-1, 7, 64] {
      let added = virtualiser.addClient(clients[3].ring, channel: channel)
      #expect(!added)
    }
    driver.put("a\u{1c}1\rb\u{1c}3\rc\u{1c}2\rd")
    #expect(numbers(virtualiser.driverReady().notifyClients) == [7, 20, 61])
    #expect(clients[0].takeText() == "a")
    #expect(clients[1].takeText() == "bc")
    #expect(clients[2].takeText() == "d")
    #expect(virtualiser.current == 20)
  }

  @Test func driverThatDoesNotWaitIsNotNotified() {
    var virtualiser = virtualiser()
    driver.producerSignalled = 1
    driver.put("x")
    #expect(virtualiser.driverReady().notifyDriver == false)
    driver.producerSignalled = 0
    driver.put("x")
    #expect(virtualiser.driverReady().notifyDriver == true)
    #expect(driver.producerSignalled == 1)
  }

  @Test func onlyAFullClientLosesInput() {
    var virtualiser = virtualiser()
    driver.put("0123456789abcdefXYZ\u{1c}1\rok")
    #expect(numbers(virtualiser.driverReady().notifyClients) == [0, 1])
    #expect(clients[0].takeText() == "0123456789abcdef")
    #expect(clients[1].takeText() == "ok")
    #expect(virtualiser.dropped == 3)
  }

  @Test(arguments: [1, 17, 1000, 0x8000_0000, UInt32.max - 16])
  func lyingClientIsQuarantinedAlone(offset: UInt32) {
    var virtualiser = virtualiser()
    clients[0].head = clients[0].tail &+ offset
    driver.put("lost\u{1c}1\rfine")
    #expect(numbers(virtualiser.driverReady().notifyClients) == [1])
    #expect(clients[1].takeText() == "fine")
    #expect(numbers(virtualiser.quarantined) == [0])
    #expect(virtualiser.dropped == 4)
    clients[0].head = clients[0].tail
    driver.put("\u{1c}0\rx")
    #expect(virtualiser.driverReady().notifyClients.isEmpty == true)
    #expect(clients[0].count == 0)
  }

  @Test(arguments: [65, 1 << 31, UInt32.max]) func lyingDriverEndsReceiving(tail: UInt32) {
    var virtualiser = virtualiser()
    driver.tail = tail
    #expect(virtualiser.driverReady().notifyClients.isEmpty == true)
    #expect(virtualiser.driverFaulted == true)
    driver.tail = 1
    #expect(virtualiser.driverReady() == .init())
  }

  @Test func nobodyToGiveItTo() {
    var virtualiser = SerialVirtRx(
      driver: driver.ring, switchCharacter: 28, terminateCharacter: 0x0d)
    driver.put("x\u{1c}0\ry")
    #expect(virtualiser.driverReady().notifyClients.isEmpty == true)
    #expect(virtualiser.dropped == 2)
  }
}
