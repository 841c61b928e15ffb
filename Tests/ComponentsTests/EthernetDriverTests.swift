// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkComponents
import Rings
import TargetTestSupport
import Testing

@Suite struct EthernetDriverTests {
  private let receive: NetPair
  private let transmit: NetPair
  private let card = Card()

  init() throws {
    receive = try #require(NetPair(capacity: 8))
    transmit = try #require(NetPair(capacity: 8))
  }

  /// A card with rings of four.
  private final class Card: EthernetDevice {
    var fault: EthernetDeviceFault?
    var given: [UInt64] = []
    var full: [(address: UInt64, length: Int)] = []
    var sending: [(address: UInt64, length: Int)] = []
    var sent: [UInt64] = []
    var kicks = 0
    var causes = 0
    var transmitInterrupt = false
    /// Called when interrupts for sent frames are turned on, so that a test can send frames at that moment.
    var whenAsked: () -> Void = {}

    func start() throws(EthernetDeviceFault) { if let fault { throw fault } }
    func accepts(_ address: UInt64, length: Int) -> Bool { address < 1 << 32 && length < 2048 }
    var hasReceiveRoom: Bool { given.count < 4 }
    func provide(_ address: UInt64) { given.append(address) }
    func received() -> (address: UInt64, length: Int)? { full.isEmpty ? nil : full.removeFirst() }
    var hasTransmitRoom: Bool { sending.count + sent.count < 4 }
    func transmit(_ address: UInt64, length: Int) { sending.append((address, length)) }
    func transmitted() -> UInt64? { sent.isEmpty ? nil : sent.removeFirst() }
    func kick() { kicks += 1 }
    func takeInterrupts() -> Bool {
      guard causes > 0 else { return false }
      causes -= 1
      return true
    }
    func setTransmitInterrupt(_ on: Bool) {
      if on && !transmitInterrupt { whenAsked() }
      transmitInterrupt = on
    }
    var hasFailed = false
    var isLinkUp = true
    var linkChanged = false
    func takeLinkChange() -> Bool {
      defer { linkChanged = false }
      return linkChanged
    }

    func receiveOne(_ length: Int) { full.append((given.removeFirst(), length)) }
    func sendOne() { sent.append(sending.removeFirst().address) }
  }

  private func driver() throws -> EthernetDriver<Card> {
    var driver = EthernetDriver(device: card, receive: receive.rings, transmit: transmit.rings)
    _ = try driver.start()
    return driver
  }

  @Test func whatIsQueuedBeforeTheStartIsGivenToTheCard() throws {
    for index in 0..<6 { receive.put(.free, NetDescriptor(address: UInt64(index) * 2048)) }
    transmit.put(.active, NetDescriptor(address: 0x9000, length: 60))
    _ = try driver()
    #expect(card.given == [0, 2048, 4096, 6144])
    #expect(card.sending.map(\.address) == [0x9000])
    #expect(card.kicks > 0)
    #expect(receive.count(.free) == 2)
  }

  @Test func aCardThatCannotBeUsedIsAnError() throws {
    card.fault = .unusable
    #expect(throws: EthernetDeviceFault.unusable) { _ = try driver() }
  }

  @Test func framesGoUpAndBuffersAreReplaced() throws {
    for index in 0..<6 { receive.put(.free, NetDescriptor(address: UInt64(index) * 2048)) }
    var driver = try driver()
    card.receiveOne(60)
    card.receiveOne(1514)
    card.causes = 1
    let actions = driver.interrupt()
    #expect(actions.notifyReceive && !actions.notifyTransmit)
    #expect(
      receive.take(.active) == [
        NetDescriptor(address: 0, length: 60), NetDescriptor(address: 2048, length: 1514),
      ])
    #expect(card.given == [4096, 6144, 8192, 10240])
    #expect(receive.signalled(.free) == 1, "the card is full, so no signal is needed")

    // The card has room and the queue is empty, so the driver requests a signal.
    card.receiveOne(60)
    card.causes = 1
    _ = driver.interrupt()
    #expect(receive.signalled(.free) == 0)
    receive.put(.free, NetDescriptor(address: 0))
    _ = driver.serve()
    #expect(card.given.last == 0)
  }

  /// A card that never stops: each event takes one queue of frames, and `isUnfinished` reports the rest.
  @Test func aRowWithoutEndIsTakenInPieces() throws {
    var driver = try driver()
    card.full = (0..<20).map { (address: UInt64($0) * 2048, length: 0) }
    card.causes = 1
    let first = driver.interrupt()
    #expect(first.isUnfinished && first.notifyReceive)
    #expect(receive.take(.active).count == 8 && card.full.count == 12)
    #expect(driver.serve(receive: true, transmit: false).isUnfinished)
    _ = receive.take(.active)
    #expect(!driver.serve(receive: true, transmit: false).isUnfinished && card.full.isEmpty)
  }

  @Test func theLinkIsLookedAtWhenTheCardSaysSo() throws {
    card.isLinkUp = false
    var driver = try driver()
    #expect(driver.isLinkUp == false)
    card.isLinkUp = true
    _ = driver.interrupt()
    #expect(driver.isLinkUp == false, "no change was reported")
    card.linkChanged = true
    #expect(driver.interrupt() == .init())
    #expect(driver.isLinkUp == true && driver.counters.linkChanges == 1)
    _ = driver.interrupt()
    #expect(driver.counters.linkChanges == 1)
  }

  @Test func anInterruptWithoutCauseDoesNothing() throws {
    var driver = try driver()
    let kicks = card.kicks
    #expect(driver.interrupt() == .init())
    #expect(card.kicks == kicks)
  }

  @Test func interruptsForSentFramesOnlyWhereSomebodyWaits() throws {
    transmit.setSignalled(.free, 1)
    var driver = try driver()
    #expect(!card.transmitInterrupt)
    transmit.put(.active, NetDescriptor(address: 0, length: 60))
    _ = driver.serve()
    #expect(!card.transmitInterrupt && transmit.signalled(.active) == 0)
    card.sendOne()

    // The virtualiser requests buffers: those already sent come at once, and the interrupt is on for the rest.
    transmit.setSignalled(.free, 0)
    #expect(driver.serve().notifyTransmit)
    #expect(transmit.take(.free) == [NetDescriptor(address: 0)])
    #expect(!card.transmitInterrupt, "the request was answered")

    transmit.setSignalled(.free, 0)
    transmit.put(.active, NetDescriptor(address: 2048, length: 60))
    card.whenAsked = { [card] in card.sendOne() }
    #expect(driver.serve().notifyTransmit, "sent while the interrupt was turned on")
    #expect(transmit.take(.free).map(\.address) == [2048])
  }

  @Test func aFullCardIsFilledAgainWhenItHasSent() throws {
    transmit.setSignalled(.free, 1)
    var driver = try driver()
    for index in 0..<6 {
      transmit.put(.active, NetDescriptor(address: UInt64(index) * 2048, length: 60))
    }
    _ = driver.serve()
    #expect(card.sending.count == 4 && card.transmitInterrupt)
    #expect(transmit.count(.active) == 2)
    card.sendOne()
    card.sendOne()
    card.causes = 1
    _ = driver.interrupt()
    #expect(card.sending.map(\.address) == [4096, 6144, 8192, 10240])
    #expect(transmit.count(.active) == 0)
    #expect(transmit.count(.free) == 2)
  }

  @Test func whatTheCardCannotDoGoesBackAtOnce() throws {
    var driver = try driver()
    transmit.put(.active, NetDescriptor(address: 0, length: 2048))
    transmit.put(.active, NetDescriptor(address: 1 << 32, length: 60))
    transmit.put(.active, NetDescriptor(address: 4096, length: 60))
    receive.put(.free, NetDescriptor(address: 1 << 32))
    let actions = driver.serve()
    #expect(actions.notifyTransmit)
    #expect(transmit.take(.free).map(\.address) == [0, 1 << 32])
    #expect(card.sending.map(\.address) == [4096] && card.given.isEmpty)
    #expect(driver.counters.refused == 3)
  }

  @Test func aLyingVirtualiserLosesItsDirectionOnly() throws {
    for index in 0..<4 { receive.put(.free, NetDescriptor(address: UInt64(index) * 2048)) }
    var driver = try driver()
    card.receiveOne(60)
    receive.setTail(.free, 500)
    _ = driver.serve()
    #expect(driver.receiveFaulted == true)
    transmit.put(.active, NetDescriptor(address: 0, length: 60))
    _ = driver.serve()
    #expect(card.sending.count == 1)

    transmit.setTail(.active, 500)
    _ = driver.serve()
    #expect(driver.transmitFaulted == true)
    #expect(driver.serve() == .init())
  }

  @Test func aQueueWithoutPlaceKeepsTheBuffer() throws {
    receive.put(.free, NetDescriptor(address: 0x800))
    var driver = try driver()
    // The virtualiser has not taken the last eight.
    receive.setHead(.active, 0 &- 8)
    card.receiveOne(60)
    card.causes = 1
    #expect(!driver.interrupt().notifyReceive)
    #expect(driver.counters.dropped == 1)
    #expect(card.given == [0x800])
  }
}
