// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import TestSupport
import Testing
import Time
import Wire

/// Peers without timestamps: after a timeout only new data yields a round-trip sample (Karn), and
/// until then the timeout stays backed off (RFC 6298, 5.5 to 5.7).
@Suite struct PeersWithoutTimestampsTests {
  /// The handshake took 0 ms, and then each segment takes `milliseconds`: few are sent twice before
  /// the timeout exceeds that.
  @Test(arguments: [(300, 2), (500, 2), (2000, 4), (10_000, 6)])
  func theTimeoutFindsTheRoundTrip(_ milliseconds: UInt64, _ rounds: Int) throws {
    let host = Host()
    var settings = TCPSettings()
    settings.isImmediate = true
    let listener = try host.stack.listen(port: 7, settings: settings)
    let peer = Peer(host)
    let connection = try #require(peer.open(listener, options: .segment(1000)))
    var copies: [Int] = []
    for _ in 0..<20 {
      _ = host.write([UInt8](repeating: 1, count: 500), to: connection)
      peer.poll()
      peer.wait(.milliseconds(milliseconds))
      copies.append(peer.all().filter { $0.payload.count > 0 }.count)
      peer.acknowledge(peer.acknowledgement + 500)
      _ = peer.all()
    }
    #expect(copies.dropFirst(rounds).allSatisfy { $0 == 1 }, "\(copies)")
  }

  /// Probes of a closed window say nothing about the path: once it opens, a loss is noticed as fast
  /// as ever.
  @Test func aClosedWindowBacksOffNothing() throws {
    let host = Host()
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.window = 0
    let connection = try #require(peer.open(listener, options: .segment(1000)))
    _ = host.write([UInt8](repeating: 1, count: 500), to: connection)
    peer.poll()
    for _ in 0..<12 {
      peer.wait(.seconds(5))
      peer.say(.ack)
    }
    _ = peer.all()
    peer.window = 65535
    peer.say(.ack)
    #expect(peer.all().map(\.payload.count) == [500])
    peer.wait(.milliseconds(210))
    #expect(peer.all().map(\.payload.count) == [500])
  }

  /// A path that becomes slow and lossy during a transfer: everything arrives, and little is sent
  /// twice.
  @Test(arguments: UInt64(1)...4)
  func aPathThatBecomesSlow(seed: UInt64) throws {
    let link = Link(
      Host(), Host(IPv4Address(10, 0, 0, 2), hardware: MACAddress(2, 0, 0, 0, 0, 2)), seed: seed)
    link.stripsTimestamps = true
    link.delay = .milliseconds(1)
    link.rate = 1_000_000
    var random = SeededGenerator(seed: seed)
    let transfer = try Transfer(
      link, toServer: random.bytes(1_500_000), toClient: random.bytes(10_000))
    link.run(.milliseconds(500), step: transfer.step)
    #expect(!transfer.isDone)
    link.delay = .milliseconds(400)
    #expect(link.run(.seconds(300), step: transfer.step) { transfer.isDone })
    #expect(transfer.isIntact && !transfer.failed)
    let resent = link.left.counters.segmentsResent + link.right.counters.segmentsResent
    #expect(resent < 150, "\(resent) segments of 1,100 were sent again")
    // And with losses.
    link.right.stack.close(transfer.listener)
    link.loss = 20
    let other = try Transfer(link, toServer: random.bytes(60_000), toClient: random.bytes(10_000))
    #expect(link.run(.seconds(600), step: other.step) { other.isDone })
    #expect(other.isIntact && !other.failed)
  }
}
