// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import Testing
import Time
import Wire

/// Receiving: acknowledgements, reordering, windows.
@Suite struct ReceivingTests {
  let host = Host()
  let peer: Peer
  let listener: TCPListener
  let connection: TCPConnection

  init() throws {
    var settings = TCPSettings()
    settings.receiveByteCount = 8192
    listener = try host.stack.listen(port: 7, settings: settings)
    peer = Peer(host)
    connection = try #require(peer.open(listener, options: .segment(1460, selective: true)))
    host.events = []
  }

  private func bytes(_ count: Int, _ first: Int = 0) -> [UInt8] {
    (first..<first + count).map { UInt8(truncatingIfNeeded: $0) }
  }

  @Test func delayedAcknowledgement() {
    peer.send(.ack, bytes(10))
    #expect(peer.next() == nil)
    #expect(host.events.contains { $0.readiness == .readable })
    peer.wait(.milliseconds(39))
    #expect(peer.next() == nil)
    peer.wait(.milliseconds(2))
    #expect(peer.next()?.tcp?.acknowledgement == peer.sequence)
    #expect(peer.next() == nil)
    #expect(host.readAll(connection) == bytes(10))
  }

  /// An acknowledgement exactly at the window's right edge counts: the data that fills the window
  /// was lost or overtaken.
  @Test func acknowledgementAtTheEdge() {
    let before = peer.acknowledgement
    #expect(host.write([UInt8](repeating: 1, count: 100), to: connection) == 100)
    peer.poll()
    _ = peer.all()
    peer.say(.ack, at: peer.sequence + 8192, ack: before + 100)
    peer.wait(.seconds(5))
    // Nothing is retransmitted.
    #expect(peer.all().allSatisfy { $0.payload.isEmpty })
    // Data or a reset at that position does not count.
    peer.say(.ack, [1], at: peer.sequence + 8192)
    peer.say(.rst, at: peer.sequence + 8192)
    #expect(host.readable(connection) == 0 && host.stack.isOpen(connection))
  }

  @Test func everySecondSegment() {
    peer.send(.ack, bytes(1460))
    #expect(peer.next() == nil)
    peer.send(.ack, bytes(1460))
    #expect(peer.next()?.tcp?.acknowledgement == peer.sequence)
  }

  @Test func acknowledgementGoesWithData() {
    peer.send(.ack, bytes(10))
    #expect(host.write([1], to: connection) == 1)
    peer.poll()
    let answer = peer.next()
    #expect(answer?.payload == [1] && answer?.tcp?.acknowledgement == peer.sequence)
    peer.wait(.milliseconds(100))
    #expect(peer.next() == nil)
  }

  @Test func outOfOrder() throws {
    let start = peer.sequence
    peer.say(.ack, bytes(100, 200), at: start + 200)
    var answer = try #require(peer.next())
    #expect(answer.tcp?.acknowledgement == start && answer.options.blockCount == 1)
    #expect(answer.options.blocks[0] == SequenceRange(start + 200, start + 300))
    peer.say(.ack, bytes(100, 400), at: start + 400)
    answer = try #require(peer.next())
    // The latest block comes first (RFC 2018, 4).
    #expect(answer.options.blockCount == 2)
    #expect(answer.options.blocks[0] == SequenceRange(start + 400, start + 500))
    #expect(answer.options.blocks[1] == SequenceRange(start + 200, start + 300))
    #expect(host.readable(connection) == 0)
    // Data that fills the first gap is acknowledged at once.
    peer.say(.ack, bytes(200), at: start)
    answer = try #require(peer.next())
    #expect(answer.tcp?.acknowledgement == start + 300 && answer.options.blockCount == 1)
    peer.say(.ack, bytes(100, 300), at: start + 300)
    answer = try #require(peer.next())
    #expect(answer.tcp?.acknowledgement == start + 500 && answer.options.blockCount == 0)
    #expect(host.readAll(connection) == bytes(500))
  }

  @Test func repeatedAndOverlapping() throws {
    let start = peer.sequence
    peer.say(.ack, bytes(100), at: start)
    peer.wait(.milliseconds(50))
    _ = peer.all()
    // All of it again: acknowledged at once, since our acknowledgement was lost.
    peer.say(.ack, bytes(100), at: start)
    #expect(peer.next()?.tcp?.acknowledgement == start + 100)
    // Half old, half new.
    peer.say(.ack, bytes(100, 50), at: start + 50)
    peer.wait(.milliseconds(50))
    #expect(peer.next()?.tcp?.acknowledgement == start + 150)
    #expect(host.readAll(connection) == bytes(150))
  }

  @Test func windowCloses() throws {
    let start = peer.sequence
    var total = 0
    while total < 8192 {
      let count = min(1460, 8192 - total)
      peer.send(.ack, bytes(count, total))
      total += count
    }
    peer.wait(.milliseconds(50))
    let last = try #require(peer.all().last?.tcp)
    #expect(last.acknowledgement == start + 8192 && last.window == 0)
    // A probe is acknowledged, and its byte dropped.
    peer.say(.ack, [99], at: start + 8192)
    var answer = try #require(peer.next()?.tcp)
    #expect(answer.acknowledgement == start + 8192 && answer.window == 0)
    // A small increase of the window is not announced (RFC 9293, 3.8.6.2.2).
    var few = [UInt8](repeating: 0, count: 100)
    let read = few.withBytes { host.stack.read(connection, into: &$0) }
    #expect(read == .bytes(100))
    peer.poll()
    #expect(peer.next() == nil)
    #expect(host.readAll(connection).count == 8092)
    peer.poll()
    answer = try #require(peer.next()?.tcp)
    #expect(answer.window == 8192 && answer.acknowledgement == start + 8192)
    #expect(peer.next() == nil)
  }

  @Test func beyondTheWindow() throws {
    let start = peer.sequence
    peer.say(.ack, bytes(100), at: start + 8192)
    #expect(peer.next()?.tcp?.acknowledgement == start)
    // A segment that begins inside the window is trimmed.
    peer.say(.ack, bytes(100), at: start + 8142)
    #expect(peer.next()?.options.blocks[0] == SequenceRange(start + 8142, start + 8192))
  }

  /// A segment with an old number is acknowledged and otherwise ignored.
  @Test func oldSegment() {
    peer.say(.ack, bytes(10), at: peer.sequence - 100_000)
    #expect(peer.next()?.tcp?.acknowledgement == peer.sequence)
    #expect(host.readable(connection) == 0)
  }

  @Test func moreHolesThanAreKept() {
    let start = peer.sequence
    for index in 0..<40 { peer.say(.ack, bytes(10, 20 * index), at: start + 20 * index + 10) }
    _ = peer.all()
    var filled = 0
    while filled < 40 {
      peer.say(.ack, bytes(10, 20 * filled), at: start + 20 * filled)
      filled += 1
    }
    peer.wait(.milliseconds(100))
    // Sixteen ranges were kept; data behind them has to be retransmitted.
    #expect(host.readable(connection) >= 16 * 20)
  }

  @Test func directDelivery() throws {
    let other = Host()
    var settings = TCPSettings()
    settings.isDirect = true
    settings.receiveByteCount = 4096
    let listener = try other.stack.listen(port: 7, settings: settings)
    let peer = Peer(other)
    let connection = try #require(peer.open(listener))
    peer.send(.ack, bytes(100))
    #expect(other.deliveries.map(\.1) == [bytes(100)])
    #expect(other.readable(connection) == 0)
    // The returned bytes can be read, and so can what follows them.
    other.takes = 30
    peer.send(.ack, bytes(100))
    #expect(other.readable(connection) == 70)
    peer.send(.ack, bytes(50))
    #expect(other.deliveries.count == 2)
    #expect(other.readAll(connection) == Array(bytes(100)[30...]) + bytes(50))
    peer.send(.ack | .fin)
    #expect(other.outcome(connection) == .end)
  }

  @Test func urgentDataIsData() {
    peer.send(.ack | .urg, bytes(5))
    #expect(host.readAll(connection) == bytes(5))
  }
}
