// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// A connection that ends with data to retransmit while its peer is unreachable: the machine
/// continues.
@Suite struct EndInRecoveryTests {
  /// A lease expires while a connection has data to retransmit.
  @Test func leaseEndsInRecovery() throws {
    let host = Host(nil)
    let server = DHCPServer()
    server.lease = 40
    host.stack.startDHCP(now: host.now)
    server.run(host, .seconds(5))
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.address = IPv4Address(10, 0, 2, 9)
    peer.hostAddress = server.offers
    peer.introduce()
    let connection = try #require(peer.open(listener))
    server.answers = false
    let expiry = try #require(host.lease).expiry
    while host.now + .milliseconds(150) < expiry { server.run(host, .milliseconds(100)) }
    _ = host.write([UInt8](repeating: 1, count: 7904), to: connection)
    host.poll()
    _ = host.output.drain()
    for _ in 0..<3 { host.receive(peer.frame(.ack)) }
    host.now = expiry
    host.poll()
    #expect(host.address == nil)
  }

  /// The same by a hostile host on the link: it never answers ARP, inflates the timeout with old
  /// echoes, and keeps a connection idle with a loss that cannot be repaired.
  @Test func idleInRecovery() throws {
    let host = Host()
    var settings = TCPSettings()
    settings.idleLimit = .seconds(60)
    let listener = try host.stack.listen(port: 7, settings: settings)
    let peer = Peer(host)
    peer.address = IPv4Address(10, 0, 0, 77)
    host.stations = []
    peer.clock = 1000
    peer.send(.syn, options: .segment(1000))
    let answer = try #require(peer.next())
    peer.acknowledgement = (try #require(answer.tcp)).sequence + 1
    let start = host.now
    peer.say(.ack)
    let connection = try #require(host.accept(listener))
    func go(to seconds: UInt64) {
      let end = start + .milliseconds(seconds * 100)
      if end > host.now { _ = host.wait(end - host.now) }
    }
    // Two segments, acknowledged separately; the second echo is old.
    _ = host.write([UInt8](repeating: 1, count: 3952), to: connection)
    host.poll()
    _ = host.output.drain()
    peer.say(.ack, ack: peer.acknowledgement + 988)
    peer.echo = peer.echo &- 200_000
    peer.say(.ack, ack: peer.acknowledgement + 1976)
    go(to: 80)
    peer.echo = peer.echo &- 200_000
    peer.acknowledgement = peer.acknowledgement + 3952
    peer.say(.ack)
    let progress = host.now
    go(to: 81)
    _ = host.write([UInt8](repeating: 1, count: 7904), to: connection)
    host.poll()
    _ = host.output.drain()
    // Another connection, or here a datagram, triggers an unanswered look-up.
    let socket = try host.stack.bind(port: 1000)
    for time in [605, 636, 640] {
      go(to: UInt64(time))
      _ = host.send([1], to: Endpoint(peer.address, 9), from: socket)
    }
    go(to: 670)
    _ = host.send([1], to: Endpoint(peer.address, 9), from: socket)
    for _ in 0..<3 { host.receive(peer.frame(.ack)) }
    host.poll()
    #expect(progress + .seconds(60) > host.now)
    host.now = progress + .seconds(60)
    host.poll()
    #expect(!host.isOpen(connection))
  }
}
