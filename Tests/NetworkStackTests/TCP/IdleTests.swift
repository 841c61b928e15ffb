// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import Testing
import Time
import Wire

/// The stack asks to be woken only for work: each wake-up sends a frame, raises an event or ends a
/// wait.
@Suite struct IdleTests {
  let host = Host { $0.connectionLimit = 300 }

  private func open(
    _ change: (inout TCPSettings) -> Void = { _ in }
  ) throws -> (Peer, TCPListener, TCPConnection) {
    var settings = TCPSettings()
    settings.isImmediate = true
    settings.receiveByteCount = 2048
    settings.sendByteCount = 2048
    change(&settings)
    let listener = try host.stack.listen(port: 7, settings: settings)
    let peer = Peer(host)
    let connection = try #require(
      peer.open(listener, options: .segment(1000, selective: true)))
    return (peer, listener, connection)
  }

  /// A completed exchange leaves no deadline behind, whatever timers it used.
  @Test func afterAnExchange() throws {
    let (peer, _, connection) = try open()
    for _ in 0..<50 {
      peer.send(.ack, [1, 2, 3])
      _ = host.readAll(connection)
      _ = host.write([4, 5, 6], to: connection)
      peer.poll()
      host.now = host.now + .milliseconds(1)
      peer.acknowledge(peer.acknowledgement + 3)
    }
    #expect(host.nextDeadline == .never)
    #expect(host.wait(.seconds(3600)).wakes == 0)
  }

  /// An owner whose alarm is set hears only of earlier deadlines.
  @Test func alarms() throws {
    let (peer, _, _) = try open()
    peer.send(.ack, [1])
    let due = host.now + .milliseconds(40)
    let sooner = host.stack.deadline(before: .never)
    let same = host.stack.deadline(before: due)
    let later = host.stack.deadline(before: host.now + .milliseconds(41))
    #expect(sooner == due && same == nil && later == due)
    peer.wait(.milliseconds(50))
    let none = host.stack.deadline(before: .never)
    #expect(none == nil)
  }

  /// A delayed acknowledgement costs one wake-up and one frame, a piggybacked one none.
  @Test func delayedAcknowledgement() throws {
    let (peer, _, connection) = try open()
    peer.send(.ack, [1])
    #expect(host.nextDeadline == host.now + .milliseconds(40))
    let (frames, wakes) = host.wait(.seconds(10))
    #expect(frames.count == 1 && wakes == 1)
    peer.send(.ack, [1])
    _ = host.readAll(connection)
    _ = host.write([2], to: connection)
    peer.poll()
    peer.acknowledge(peer.acknowledgement + 1)
    #expect(host.wait(.seconds(10)).wakes == 0)
  }

  /// Unacknowledged data: every wake-up retransmits it, and the last gives up.
  @Test func silence() throws {
    let (peer, _, connection) = try open()
    host.now = host.now + .milliseconds(1)
    _ = host.write([1, 2, 3], to: connection)
    peer.poll()
    _ = peer.all()
    var frames = 0
    var idle = 0
    for _ in 0..<200 where host.nextDeadline < .never {
      host.now = max(host.now, host.nextDeadline)
      host.events = []
      host.poll()
      let sent = host.output.frames.count
      host.answerNeighbourRequests()
      frames += host.output.drain().count
      if sent == 0, host.events.isEmpty { idle += 1 }
    }
    #expect(host.failure(of: connection) == .timedOut && frames >= 12)
    #expect(idle == 0)
  }

  /// Hundreds of connections that communicate and then rest cost one look each and no wake-up.
  @Test func manyConnections() throws {
    let (peer, listener, first) = try open { $0.backlog = 300 }
    var connections = [first]
    var peers = [peer]
    for number in UInt16(1)..<200 {
      let other = Peer(host)
      other.port = 40000 + number
      connections.append(try #require(other.open(listener)))
      peers.append(other)
    }
    for (peer, connection) in zip(peers, connections) {
      peer.send(.ack, [7])
      _ = host.readAll(connection)
      _ = host.write([8], to: connection)
      peer.poll()
      peer.acknowledge(peer.acknowledgement + 1)
    }
    #expect(host.nextDeadline == .never && host.wait(.seconds(3600)).wakes == 0)
  }

  /// Keep-alive: as many wake-ups as probes.
  @Test func keepAlive() throws {
    let (peer, _, connection) = try open { $0.keepAlive = .seconds(100) }
    var heard = 0
    for _ in 0..<20 {
      let (frames, wakes) = host.wait(.seconds(100))
      #expect(wakes <= 2 && frames.count <= 1)
      heard += frames.count
      peer.say(.ack)
    }
    #expect((19...20).contains(heard) && host.isOpen(connection))
  }
}
