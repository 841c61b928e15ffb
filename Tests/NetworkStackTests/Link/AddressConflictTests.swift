// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// RFC 5227: a new address is announced (2.3), and defended or given up (2.4).
@Suite struct AddressConflictTests {
  let host = Host(nil)
  let server = DHCPServer()
  let rival = MACAddress(2, 0, 0, 0, 0, 0xbb)

  private func lease() {
    host.stack.startDHCP(now: host.now)
    server.run(host, .seconds(5))
  }

  private func fix() throws {
    let network = try #require(IPv4Network(address: server.offers, prefixLength: 24))
    host.stack.setAddress(network, gateway: nil)
    server.run(host, .seconds(5))
  }

  /// The other station claims our address.
  private func claim(_ operation: ARPPacket.Operation = .request, at target: IPv4Address? = nil) {
    var frame = [UInt8](repeating: 0, count: 42)
    frame.withBytes { bytes in
      EthernetHeader(destination: .broadcast, source: rival, type: .arp).write(to: &bytes)
      ARPPacket(
        operation: operation, senderHardware: rival, sender: server.offers,
        targetHardware: MACAddress(0), target: target ?? server.offers
      ).write(to: &bytes, at: 14)
    }
    server.hear(host, host.exchange(frame))
  }

  private var conflicts: Int { host.events.count { $0.socket == .addressConflict(rival) } }

  @Test func announcements() throws {
    lease()
    #expect(server.announcements.map(\.0) == [server.offers, server.offers])
    let gap =
      try #require(server.announcements.last).1 - (try #require(server.announcements.first)).1
    #expect(gap == .seconds(2))
    // A renewal is not announced; a new link is.
    server.run(host, .seconds(4000))
    #expect(server.announcements.count == 2)
    host.stack.linkChanged(isUp: false, now: host.now)
    host.stack.linkChanged(isUp: true, now: host.now)
    server.run(host, .seconds(5))
    #expect(server.announcements.count == 4 && host.address?.address == server.offers)
  }

  @Test func announcementsOfAFixedAddress() throws {
    try fix()
    #expect(server.announcements.map(\.0) == [server.offers, server.offers])
    #expect(host.nextDeadline == .never)
  }

  /// One claim is answered by one announcement, and nothing is lost.
  @Test func defence() throws {
    lease()
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.address = IPv4Address(10, 0, 2, 9)
    peer.hostAddress = server.offers
    peer.introduce()
    let connection = try #require(peer.open(listener))
    host.events = []
    claim()
    #expect(server.announcements.count == 3 && conflicts == 1)
    server.run(host, .seconds(20))
    #expect(server.announcements.count == 3 && host.isOpen(connection))
    // The same again much later.
    claim(.reply)
    server.run(host, .seconds(20))
    #expect(server.announcements.count == 4 && conflicts == 2 && host.isOpen(connection))
    #expect(host.counters.addressConflicts == 2 && server.heard.count == 2)
  }

  /// Two claims within ten seconds: the lease is declined, and a new one is requested ten seconds
  /// later.
  @Test func givingWay() throws {
    lease()
    let lost = server.offers
    host.events = []
    claim()
    server.run(host, .seconds(9))
    server.heard = []
    claim()
    server.run(host, .seconds(1))
    #expect(host.address == nil && conflicts == 2 && host.events.contains { $0.socket == .address })
    let decline = try #require(server.heard.first)
    #expect(decline.0.kind == .decline && decline.0.requested == lost && server.heard.count == 1)
    #expect(decline.0.server == server.address && decline.1.source == IPv4Address(0))
    server.offers = IPv4Address(10, 0, 2, 16)
    server.run(host, .seconds(8))
    #expect(server.heard.count == 1)
    server.run(host, .seconds(5))
    #expect(host.address?.address == server.offers)
    #expect(server.announcements.suffix(2).allSatisfy { $0.0 == server.offers })
  }

  /// A fixed address cannot be replaced: it stays, with at most one announcement in ten seconds.
  @Test func fixedAddressStays() throws {
    try fix()
    server.announcements = []
    host.events = []
    for _ in 0..<1000 {
      claim()
      server.run(host, .milliseconds(30))
    }
    #expect(host.address?.address == server.offers && host.counters.addressConflicts == 1000)
    #expect(server.announcements.count == 3 && conflicts == 3)
    server.run(host, .seconds(60))
    #expect(host.nextDeadline == .never)
  }

  /// A station that probes for the address is answered, and that is not a conflict.
  @Test func probes() throws {
    lease()
    var frame = [UInt8](repeating: 0, count: 42)
    frame.withBytes { bytes in
      EthernetHeader(destination: .broadcast, source: rival, type: .arp).write(to: &bytes)
      ARPPacket(
        operation: .request, senderHardware: rival, sender: .unspecified,
        targetHardware: MACAddress(0), target: server.offers
      ).write(to: &bytes, at: 14)
    }
    let answer = host.exchange(frame).compactMap { Packet($0)?.arp }
    #expect(answer.map(\.operation) == [.reply] && answer.first?.sender == server.offers)
    #expect(conflicts == 0 && host.counters.addressConflicts == 0)
  }

  /// Our own announcements return through a looping switch: no conflict.
  @Test func ownEcho() throws {
    try fix()
    let frames = host.output.frames
    #expect(frames.isEmpty)
    var frame = [UInt8](repeating: 0, count: 42)
    frame.withBytes { bytes in
      EthernetHeader(destination: .broadcast, source: host.hardware, type: .arp).write(to: &bytes)
      ARPPacket(
        operation: .request, senderHardware: host.hardware, sender: server.offers,
        targetHardware: MACAddress(0), target: server.offers
      ).write(to: &bytes, at: 14)
    }
    #expect(host.exchange(frame).isEmpty && host.counters.addressConflicts == 0)
  }
}
