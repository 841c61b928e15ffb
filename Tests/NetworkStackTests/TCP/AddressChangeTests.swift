// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing
import Time
import Wire

@testable import NetworkStack

/// The address changes or goes, whatever is in progress.
@Suite struct AddressChangeTests {
  private let host = Host {
    $0.connectionLimit = 20
    $0.halfOpenLimit = 4
  }
  private let peer: Peer
  private let listener: TCPListener

  init() throws {
    listener = try host.stack.listen(port: 7)
    peer = Peer(host)
  }

  private func change(to last: UInt8) throws {
    let address = IPv4Address(10, 0, 0, last)
    let network = try #require(IPv4Network(address: address, prefixLength: 24))
    host.stack.setAddress(network, gateway: nil)
    host.poll()
    peer.hostAddress = address
    peer.introduce()
    _ = peer.all()
  }

  private func open(from port: UInt16) throws -> TCPConnection {
    peer.port = port
    peer.sequence = SequenceNumber(1000)
    return try #require(peer.open(listener, options: .segment(1000)))
  }

  /// Handshakes that the change ends no longer count as half open.
  @Test func halfOpen() throws {
    for port in UInt16(2000)..<2004 {
      peer.port = port
      peer.say(.syn)
    }
    _ = peer.all()
    #expect(host.stack.halfOpen.count == 4)
    try change(to: 2)
    #expect(host.stack.halfOpen.count == 0)
    var answers: [UInt16: SequenceNumber] = [:]
    for port in UInt16(3000)..<3004 {
      peer.port = port
      peer.say(.syn)
      answers[port] = try #require(peer.next()?.tcp).sequence
    }
    for (port, answer) in answers {
      peer.port = port
      peer.say(.ack, at: SequenceNumber(1001), ack: answer + 1)
      #expect(peer.next() == nil)
    }
    #expect(host.counters.evicted == 0)
  }

  /// Connections of every kind end: owners get events, slots and buffers are returned. Listeners
  /// stay.
  @Test func everythingElse() throws {
    let free = host.freeBytes
    let established = try open(from: 2000)
    let closed = try open(from: 2001)
    host.close(closed)
    peer.poll()
    let fin = try #require(peer.all().last?.tcp)
    peer.acknowledge(fin.sequence + 1)
    peer.send(.fin | .ack)
    // Waits for `accept`.
    peer.port = 2002
    peer.sequence = SequenceNumber(1000)
    peer.send(.syn)
    peer.acknowledge(try #require(peer.all().last?.tcp).sequence + 1)
    let opening = try host.connect(to: Endpoint(IPv4Address(10, 0, 0, 77), 80))
    host.poll()
    #expect(host.stack.ending.count == 1)
    host.events = []
    try change(to: 2)
    for connection in [established, opening] {
      #expect(!host.isOpen(connection) && host.failure(of: connection) == .unreachable)
      #expect(
        host.events.contains {
          $0.socket == .connection(connection) && $0.readiness.contains(.closed)
        })
      host.close(connection)
    }
    #expect(host.accept(listener) == nil && host.stack.ending.count == 0)
    #expect(host.freeBytes == free)
    // Segments to the old address are ignored.
    peer.hostAddress = IPv4Address(10, 0, 0, 1)
    peer.say(.ack)
    #expect(peer.next() == nil)
    peer.hostAddress = IPv4Address(10, 0, 0, 2)
    // All twenty slots are free.
    for port in UInt16(4000)..<4020 { _ = try open(from: port) }
    host.wait(.seconds(10))
    #expect(host.stack.stalledConnection() == nil && host.fault == nil)
  }

  /// A datagram that waits for a neighbour carries the old address, and is dropped.
  @Test func heldDatagrams() throws {
    let socket = try host.stack.bind(port: 1000)
    host.stations = []
    #expect(host.send([1], to: Endpoint(IPv4Address(10, 0, 0, 77), 9), from: socket) == .held)
    try change(to: 2)
    var reply = [UInt8](repeating: 0, count: 42)
    let station = MACAddress(2, 0, 0, 0, 0, 0x77)
    reply.withBytes { bytes in
      EthernetHeader(destination: host.hardware, source: station, type: .arp).write(to: &bytes)
      ARPPacket(
        operation: .reply, senderHardware: station, sender: IPv4Address(10, 0, 0, 77),
        targetHardware: host.hardware, target: IPv4Address(10, 0, 0, 2)
      ).write(to: &bytes, at: 14)
    }
    #expect(host.exchange(reply).isEmpty)
  }
}
