// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// Opening a connection (RFC 9293, 3.5), segment by segment.
@Suite struct HandshakeTests {
  let host = Host()

  @Test func optionsOfBothSides() throws {
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.clock = 5
    peer.send(.syn, options: .segment(1400, scale: 7, selective: true))
    let answer = try #require(peer.next())
    let tcp = try #require(answer.tcp)
    #expect(tcp.flags == .syn | .ack && tcp.acknowledgement == peer.sequence)
    #expect(answer.options.mss == 1460 && answer.options.windowScale == 0)
    #expect(answer.options.permitsSACK)
    #expect(answer.options.timestamps?.echo == 5)
    #expect(tcp.window == 16384)
    #expect(peer.next() == nil)
    peer.acknowledgement = tcp.sequence + 1
    peer.say(.ack)
    #expect(peer.next() == nil && host.events.contains { $0.readiness == .acceptable })
    let connection = try #require(host.accept(listener))
    #expect(host.remote(of: connection) == Endpoint(peer.address, peer.port))
    #expect(host.accept(listener) == nil)
  }

  @Test func peerWithoutOptions() throws {
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.send(.syn)
    let answer = try #require(peer.next())
    #expect(answer.options.windowScale == nil && answer.options.timestamps == nil)
    #expect(!answer.options.permitsSACK)
    #expect(answer.options.mss == 1460)
    peer.acknowledgement = try #require(answer.tcp).sequence + 1
    peer.say(.ack)
    // The MSS of a peer that does not announce one is 536 bytes (MUST-15).
    let connection = try #require(host.accept(listener))
    #expect(host.write([UInt8](repeating: 1, count: 1000), to: connection) == 1000)
    peer.poll()
    #expect(peer.all().first?.payload.count == 536)
  }

  @Test func synAckIsSentAgain() throws {
    _ = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.send(.syn)
    let first = try #require(peer.next()?.tcp)
    var moments: [UInt64] = []
    let start = host.now
    for _ in 0..<2000 {
      peer.wait(.milliseconds(100))
      if let again = peer.next() {
        #expect(again.tcp?.sequence == first.sequence && again.tcp?.flags == .syn | .ack)
        moments.append((host.now - start).nanoseconds / 1_000_000_000)
      }
    }
    // RFC 6298: from 1 s, doubling, five times.
    #expect(moments == [1, 3, 7, 15, 31])
    #expect(host.nextDeadline == .never || host.nextDeadline > host.now)
  }

  @Test func synAgainIsAnsweredAgain() throws {
    _ = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.send(.syn)
    let first = try #require(peer.next()?.tcp)
    peer.say(.syn, at: peer.sequence - 1)
    let again = try #require(peer.next()?.tcp)
    #expect(again == first)
  }

  @Test func resetInSynReceived() throws {
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.send(.syn)
    _ = peer.next()
    peer.say(.rst)
    #expect(peer.next() == nil)
    // The connection has left no trace: an ACK is answered by a reset.
    peer.say(.ack)
    #expect(peer.next()?.tcp?.flags == .rst)
    #expect(host.accept(listener) == nil)
  }

  @Test func wrongAcknowledgementInSynReceived() throws {
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.send(.syn)
    let answer = try #require(peer.next()?.tcp)
    for wrong in [answer.sequence, answer.sequence + 2, answer.sequence - 5] {
      peer.say(.ack, ack: wrong)
      let reset = try #require(peer.next()?.tcp)
      #expect(reset.flags == .rst && reset.sequence == wrong)
    }
    peer.acknowledgement = answer.sequence + 1
    peer.say(.ack)
    #expect(host.accept(listener) != nil)
  }

  @Test func nobodyListens() throws {
    let peer = Peer(host)
    peer.say(.syn)
    let reset = try #require(peer.next()?.tcp)
    #expect(reset.flags == .rst | .ack && reset.acknowledgement == peer.sequence + 1)
    peer.say(.ack, [1, 2, 3], ack: SequenceNumber(77))
    let other = try #require(peer.next()?.tcp)
    #expect(other.flags == .rst && other.sequence == SequenceNumber(77))
    peer.say(.rst)
    #expect(peer.next() == nil)
  }

  @Test func activeOpen() throws {
    let peer = Peer(host)
    let connection = try host.connect(to: Endpoint(peer.address, 80), from: 5000)
    peer.poll()
    let syn = try #require(peer.next())
    let tcp = try #require(syn.tcp)
    #expect(tcp.flags == .syn && tcp.sourcePort == 5000 && tcp.destinationPort == 80)
    #expect(syn.options.mss == 1460 && syn.options.windowScale == 0)
    #expect(syn.options.permitsSACK && syn.options.timestamps != nil)
    peer.port = 80
    peer.hostPort = 5000
    peer.acknowledgement = tcp.sequence + 1
    peer.send(.syn | .ack, options: .segment(1000))
    let ack = try #require(peer.next()?.tcp)
    #expect(ack.flags == .ack && ack.acknowledgement == peer.sequence)
    #expect(ack.sequence == peer.acknowledgement)
    #expect(
      host.events.contains { $0.socket == .connection(connection) && $0.readiness == .writable })
  }

  @Test func refusedOpen() throws {
    let peer = Peer(host)
    let connection = try host.connect(to: Endpoint(peer.address, 80), from: 5000)
    peer.poll()
    let syn = try #require(peer.next()?.tcp)
    peer.port = 80
    peer.hostPort = 5000
    // A reset without a valid number is ignored.
    peer.say(.rst | .ack, ack: syn.sequence + 7)
    peer.say(.rst)
    #expect(host.failure(of: connection) == nil && host.isOpen(connection))
    // An ACK of another number is answered by a reset, and changes nothing.
    peer.say(.ack, ack: syn.sequence + 7)
    #expect(peer.next()?.tcp?.flags == .rst && host.isOpen(connection))
    peer.say(.rst | .ack, ack: syn.sequence + 1)
    #expect(host.failure(of: connection) == .refused)
    #expect(host.events.last?.readiness.contains(.closed) == true)
    host.close(connection)
    #expect(host.failure(of: connection) == nil)
    #expect(host.freeBytes == Host.budget)
  }

  /// A peer with a connection from before our restart answers a SYN for the same ports with old
  /// numbers (RFC 9293, 3.5.1, figure 10); a reset ends that connection.
  @Test func aPeerWithAnOldConnection() throws {
    let peer = Peer(host)
    let connection = try host.connect(to: Endpoint(peer.address, 80), from: 5000)
    peer.poll()
    let syn = try #require(peer.next()?.tcp)
    peer.port = 80
    peer.hostPort = 5000
    peer.say(.ack, ack: syn.sequence - 1_000_000)
    let reset = try #require(peer.next()?.tcp)
    #expect(reset.flags == .rst && reset.sequence == syn.sequence - 1_000_000)
    peer.wait(.milliseconds(20))
    let again = try #require(peer.next()?.tcp)
    #expect(again.flags == .syn && again.sequence == syn.sequence && host.isOpen(connection))
    // Only once: further such answers cause no further SYNs.
    peer.say(.ack, ack: syn.sequence - 1_000_000)
    #expect(peer.next()?.tcp?.flags == .rst)
    peer.wait(.milliseconds(500))
    #expect(peer.next() == nil)
  }

  @Test func nobodyAnswers() throws {
    let peer = Peer(host)
    let connection = try host.connect(to: Endpoint(peer.address, 80))
    let start = host.now
    peer.poll()
    var moments: [UInt64] = []
    while host.isOpen(connection), moments.count < 20 {
      peer.wait(.milliseconds(500))
      // The neighbour answers ARP requests only.
      peer.introduce()
      for packet in peer.all() {
        #expect(packet.tcp?.flags == .syn)
        moments.append((host.now - start).nanoseconds / 1_000_000_000)
      }
    }
    #expect(host.failure(of: connection) == .timedOut)
    #expect(moments == [0, 1, 3, 7, 15, 31, 63, 123])
  }

  @Test func simultaneousOpen() throws {
    let peer = Peer(host)
    let connection = try host.connect(to: Endpoint(peer.address, 80), from: 5000)
    peer.poll()
    let syn = try #require(peer.next()?.tcp)
    peer.port = 80
    peer.hostPort = 5000
    peer.send(.syn, options: .segment(1000))
    let answer = try #require(peer.next()?.tcp)
    #expect(answer.flags == .syn | .ack && answer.sequence == syn.sequence)
    #expect(answer.acknowledgement == peer.sequence)
    peer.acknowledgement = syn.sequence + 1
    peer.say(.syn | .ack, at: peer.sequence - 1)
    peer.say(.ack)
    #expect(host.write([1, 2, 3], to: connection) == 3)
    peer.poll()
    #expect(peer.all().last?.payload == [1, 2, 3])
  }

  /// Two stacks that open at the same time.
  @Test func simultaneousOpenOfTwoStacks() throws {
    let link = Link(
      Host(), Host(IPv4Address(10, 0, 0, 2), hardware: MACAddress(2, 0, 0, 0, 0, 2)))
    let left = try link.left.stack.connect(
      to: Endpoint(IPv4Address(10, 0, 0, 2), 81), from: 80, now: link.now)
    let right = try link.right.stack.connect(
      to: Endpoint(IPv4Address(10, 0, 0, 1), 80), from: 81, now: link.now)
    #expect(link.left.write([1, 2], to: left) == 2)
    #expect(link.right.write([3], to: right) == 1)
    link.run(
      .seconds(10), until: { link.left.readable(left) > 0 && link.right.readable(right) > 0 })
    #expect(link.left.failure(of: left) == nil && link.right.failure(of: right) == nil)
    #expect(link.left.readAll(left) == [3] && link.right.readAll(right) == [1, 2])
  }

  /// RFC 6528: another number for each pair of endpoints, and a 4-microsecond clock.
  @Test func initialNumbers() throws {
    _ = try host.stack.listen(port: 7)
    let peer = Peer(host)
    var numbers: [UInt32] = []
    for port in UInt16(1000)..<1032 {
      peer.port = port
      peer.say(.syn)
      numbers.append(try #require(peer.next()?.tcp).sequence.value)
      peer.say(.rst, at: peer.sequence + 1)
    }
    #expect(Set(numbers.map { $0 >> 16 }).count > 28)
    host.now = host.now + .milliseconds(40)
    peer.port = 1000
    peer.say(.syn)
    #expect(try #require(peer.next()?.tcp).sequence.value &- numbers[0] == 10_000)
  }

  /// A SYN with other flags, or from port 0, opens no connection.
  @Test func strangeSyns() throws {
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.say(.syn | .rst)
    #expect(peer.next() == nil)
    peer.say(.syn | .ack)
    #expect(peer.next()?.tcp?.flags == .rst)
    peer.say(.syn | .fin)
    #expect(peer.next()?.tcp?.flags == .rst | .ack)
    peer.port = 0
    peer.say(.syn)
    #expect(peer.next()?.tcp?.flags == .rst | .ack)
    #expect(host.accept(listener) == nil)
  }
}
