// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import Testing
import Time
import Wire

/// Closing a connection (RFC 9293, 3.6), in every order.
@Suite struct ClosingTests {
  let host = Host()
  let peer: Peer
  let listener: TCPListener
  let connection: TCPConnection

  init() throws {
    listener = try host.stack.listen(port: 7)
    peer = Peer(host)
    connection = try #require(peer.open(listener, options: .segment(1000)))
    host.events = []
  }

  private var isAllFree: Bool { host.freeBytes == Host.budget }

  @Test func peerFirst() throws {
    peer.send(.fin | .ack)
    #expect(peer.next()?.tcp?.acknowledgement == peer.sequence)
    #expect(host.events.contains { $0.readiness == .readable })
    #expect(host.outcome(connection) == .end)
    // Half-closed: we may still send.
    #expect(host.write([1, 2, 3], to: connection) == 3)
    peer.poll()
    #expect(peer.next()?.payload == [1, 2, 3])
    peer.acknowledge(peer.acknowledgement + 3)
    host.close(connection)
    peer.poll()
    let fin = try #require(peer.next()?.tcp)
    #expect(fin.flags == .fin | .ack && fin.sequence == peer.acknowledgement)
    peer.acknowledge(fin.sequence + 1)
    #expect(peer.all().isEmpty && isAllFree)
    #expect(host.nextDeadline == .never || !host.isOpen(connection))
  }

  @Test func weFirst() throws {
    _ = host.write([1, 2], to: connection)
    host.stack.finishSending(connection)
    peer.poll()
    // The FIN goes with the last bytes.
    let last = try #require(peer.next())
    #expect(last.payload == [1, 2] && last.tcp?.flags == .fin | .ack | .psh)
    #expect(host.write([3], to: connection) == nil)
    peer.acknowledge(peer.acknowledgement + 3)
    // The peer may still send.
    peer.send(.ack, [7, 8])
    #expect(host.readAll(connection) == [7, 8])
    peer.send(.fin | .ack)
    #expect(peer.all().last?.tcp?.acknowledgement == peer.sequence)
    #expect(host.outcome(connection) == .end)
    host.close(connection)
    #expect(isAllFree)
    // TIME-WAIT: a repeated FIN is acknowledged again, and restarts the timer.
    peer.wait(.seconds(50))
    peer.say(.fin | .ack, at: peer.sequence - 1)
    #expect(peer.next()?.tcp?.acknowledgement == peer.sequence)
    peer.wait(.seconds(50))
    peer.say(.fin | .ack, at: peer.sequence - 1)
    #expect(peer.next()?.tcp?.flags == .ack)
    peer.wait(.seconds(61))
    peer.say(.fin | .ack, at: peer.sequence - 1)
    #expect(peer.next()?.tcp?.flags == .rst)
  }

  @Test func simultaneous() throws {
    host.close(connection)
    peer.poll()
    #expect(peer.next()?.tcp?.flags == .fin | .ack)
    // The peer's FIN does not acknowledge ours, which is retransmitted until it is.
    peer.send(.fin | .ack)
    #expect(peer.next()?.tcp?.acknowledgement == peer.sequence)
    peer.wait(.seconds(2))
    #expect(peer.all().contains { $0.tcp?.flags == .fin | .ack })
    peer.acknowledge(peer.acknowledgement + 1)
    peer.wait(.seconds(59))
    peer.say(.fin | .ack, at: peer.sequence - 1)
    #expect(peer.next()?.tcp?.flags == .ack)
  }

  /// RFC 1337: a reset does not end TIME-WAIT.
  @Test func resetInTimeWait() throws {
    host.close(connection)
    peer.poll()
    _ = peer.all()
    peer.acknowledgement = peer.acknowledgement + 1
    peer.send(.fin | .ack)
    _ = peer.all()
    peer.say(.rst)
    peer.say(.fin | .ack, at: peer.sequence - 1)
    #expect(peer.next()?.tcp?.flags == .ack)
  }

  /// A new connection between the same endpoints while the old one is in TIME-WAIT (RFC 6191).
  @Test func reopenedInTimeWait() throws {
    host.close(connection)
    peer.poll()
    _ = peer.all()
    peer.acknowledgement = peer.acknowledgement + 1
    peer.send(.fin | .ack)
    _ = peer.all()
    // An old SYN does not open a connection.
    peer.say(.syn, at: peer.sequence - 5000)
    #expect(peer.all().allSatisfy { $0.tcp?.flags == .ack })
    peer.sequence = peer.sequence + 1000
    peer.send(.syn)
    let answer = try #require(peer.next()?.tcp)
    #expect(answer.flags == .syn | .ack && answer.acknowledgement == peer.sequence)
    peer.acknowledgement = answer.sequence + 1
    peer.say(.ack)
    #expect(host.accept(listener) != nil)
  }

  /// The same with timestamps, which decide if both ends use them: sequence numbers may have
  /// wrapped.
  @Test func reopenedInTimeWaitByTimestamp() throws {
    let peer = Peer(host)
    peer.port = 40001
    peer.clock = 1000
    let connection = try #require(peer.open(listener, options: .segment(1000)))
    host.close(connection)
    peer.poll()
    _ = peer.all()
    peer.acknowledgement = peer.acknowledgement + 1
    peer.send(.fin | .ack)
    _ = peer.all()
    peer.clock = 999
    peer.say(.syn, at: peer.sequence + 5000)
    #expect(peer.all().allSatisfy { $0.tcp?.flags == .ack })
    peer.clock = 1001
    peer.sequence = peer.sequence - 5000
    peer.send(.syn)
    let answer = try #require(peer.next()?.tcp)
    #expect(answer.flags == .syn | .ack && answer.acknowledgement == peer.sequence)
  }

  @Test func finBehindAGap() {
    let start = peer.sequence
    peer.say(.fin | .ack, [3, 4], at: start + 2)
    #expect(host.outcome(connection) == .nothingYet)
    peer.say(.ack, [1, 2], at: start)
    #expect(host.readAll(connection) == [1, 2, 3, 4])
    #expect(host.outcome(connection) == .end)
    peer.wait(.milliseconds(50))
    #expect(peer.all().last?.tcp?.acknowledgement == start + 5)
  }

  /// Data behind a FIN is ignored.
  @Test func dataBehindTheFin() {
    peer.send(.fin | .ack, [1])
    peer.say(.ack, [9, 9, 9])
    #expect(host.readAll(connection) == [1])
    #expect(host.outcome(connection) == .end)
  }

  /// So is data behind a FIN that itself lies behind a gap.
  @Test func dataBehindAnEarlyFin() {
    let start = peer.sequence
    peer.say(.fin | .ack, [3, 4], at: start + 2)
    peer.say(.ack, [9, 9], at: start + 4)
    peer.say(.ack, [1, 2], at: start)
    #expect(host.readAll(connection) == [1, 2, 3, 4])
    #expect(host.outcome(connection) == .end)
    #expect(peer.all().last?.tcp?.acknowledgement == start + 5)
  }

  @Test func finIsSentAgain() throws {
    host.close(connection)
    peer.poll()
    let fin = try #require(peer.next()?.tcp)
    peer.wait(.seconds(2))
    #expect(peer.next()?.tcp?.sequence == fin.sequence)
  }

  /// RFC 2525, 2.17: closing with unread data sends a reset.
  @Test func closedUnread() {
    peer.send(.ack, [1, 2, 3])
    host.close(connection)
    peer.poll()
    #expect(peer.all().last?.tcp?.flags.has(.rst) == true && isAllFree)
  }

  @Test func dataAfterTheClose() {
    host.close(connection)
    peer.poll()
    _ = peer.all()
    peer.send(.ack, [1, 2, 3])
    #expect(peer.all().last?.tcp?.flags.has(.rst) == true)
    #expect(isAllFree)
  }

  /// A peer that never closes does not hold a slot forever.
  @Test func orphan() {
    host.close(connection)
    peer.poll()
    peer.acknowledge(peer.acknowledgement + 1)
    _ = peer.all()
    peer.wait(.seconds(61))
    peer.say(.ack)
    #expect(peer.next()?.tcp?.flags == .rst)
  }

  @Test func abort() {
    host.stack.abort(connection)
    peer.poll()
    let reset = peer.next()?.tcp
    #expect(reset?.flags.has(.rst) == true && reset?.sequence == peer.acknowledgement)
    #expect(isAllFree && !host.isOpen(connection))
  }

  @Test func staleNumbers() {
    host.stack.abort(connection)
    peer.poll()
    #expect(host.write([1], to: connection) == nil)
    #expect(host.outcome(connection) == .closed)
    host.close(connection)
    host.stack.finishSending(connection)
    host.stack.abort(connection)
    _ = peer.all()
    // Its slot belongs to another connection, which the old handle does not refer to.
    peer.port = 41000
    let next = peer.open(listener)
    #expect(next != nil && host.isOpen(connection) == false)
  }

  @Test func closingTheListener() throws {
    peer.port = 41000
    peer.sequence = SequenceNumber(5)
    peer.send(.syn)
    let answer = try #require(peer.next()?.tcp)
    peer.acknowledgement = answer.sequence + 1
    peer.say(.ack)
    host.stack.close(listener)
    peer.poll()
    #expect(peer.all().last?.tcp?.flags.has(.rst) == true)
    #expect(host.accept(listener) == nil)
    // The accepted one stays open.
    #expect(host.isOpen(connection))
    peer.say(.syn)
    #expect(peer.all().last?.tcp?.flags.has(.rst) == true)
  }
}
