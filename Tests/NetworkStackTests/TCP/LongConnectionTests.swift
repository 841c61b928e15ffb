// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Time
import Wire

@testable import NetworkStack

/// Connections that have carried gigabytes: stored sequence numbers must not fall so far behind
/// that they compare the wrong way round.
@Suite struct LongConnectionTests {
  private let host = Host()
  private let peer: Peer
  private let connection: TCPConnection

  init() throws {
    var settings = TCPSettings()
    settings.sendByteCount = 1 << 17
    let listener = try host.stack.listen(port: 7, settings: settings)
    peer = Peer(host)
    connection = try #require(peer.open(listener, options: .segment(1000, selective: true)))
  }

  /// Applies the effects of a gigabyte sent and acknowledged without loss, then really sends a
  /// segment.
  private func sendAGigabyte() {
    let index = Int(connection.index)
    let count = 1 << 30
    host.stack.connections[index].sndUna = host.stack.connections[index].sndUna + count
    host.stack.connections[index].sndNxt = host.stack.connections[index].sndNxt + count
    host.stack.connections[index].sndMax = host.stack.connections[index].sndMax + count
    host.stack.connections[index].sndEnd = host.stack.connections[index].sndEnd + count
    host.stack.connections[index].sndWl2 =
      host.stack.connections[index].sndWl2 + count
    peer.acknowledgement = peer.acknowledgement + count
    _ = host.write([UInt8](repeating: 0, count: 1000), to: connection)
    peer.poll()
    _ = peer.all()
    host.now = host.now + .milliseconds(5)
    peer.acknowledge(peer.acknowledgement + 1000)
  }

  /// Acknowledges in-order segments.
  private func acknowledge(_ packets: [Packet]) {
    for packet in packets where packet.tcp?.sequence == peer.acknowledgement {
      peer.acknowledgement = peer.acknowledgement + packet.payload.count
    }
    peer.say(.ack)
  }

  private func loseAndRepair() throws {
    let start = peer.acknowledgement
    _ = host.write([UInt8](repeating: 0, count: 20_000), to: connection)
    peer.poll()
    let flight = peer.all().count
    // The first segment was lost, the next five arrive.
    for number in 1...5 {
      peer.say(.ack, options: .blocks([(start + 1000, start + 1000 * (number + 1))]))
    }
    let heard = peer.all()
    #expect(heard.contains { $0.tcp?.sequence == start && $0.payload.count == 1000 })
    peer.acknowledgement = start + 1000 * flight
    acknowledge(heard)
    for _ in 0..<20 where peer.acknowledgement != start + 20_000 {
      peer.wait(.milliseconds(5))
      acknowledge(peer.all())
    }
    #expect(peer.acknowledgement == start + 20_000)
  }

  /// A loss is repaired at once after any number of gigabytes.
  @Test(arguments: 0...5)
  func fastRetransmit(gigabytes: Int) throws {
    try loseAndRepair()
    for _ in 0..<gigabytes { sendAGigabyte() }
    try loseAndRepair()
    #expect(host.counters.timeouts == 0)
  }

  /// So is the loss of the last segment, by a probe.
  @Test(arguments: 0...5)
  func tailProbe(gigabytes: Int) throws {
    try loseAndRepair()
    for _ in 0..<gigabytes { sendAGigabyte() }
    let start = peer.acknowledgement
    _ = host.write([UInt8](repeating: 0, count: 4000), to: connection)
    peer.poll()
    _ = peer.all()
    peer.say(.ack, options: .blocks([(start + 1000, start + 2000)]))
    peer.wait(.milliseconds(100))
    let again = peer.all().contains { $0.tcp?.sequence == start }
    #expect(again && host.counters.timeouts == 0)
  }
}
