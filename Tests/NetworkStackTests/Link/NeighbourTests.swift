// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// ARP (RFC 826; RFC 1122, 2.3.2).
@Suite struct NeighbourTests {
  let host = Host()
  let station = MACAddress(2, 0, 0, 0, 0, 0x77)

  private func arp(
    _ operation: ARPPacket.Operation, from sender: IPv4Address, _ hardware: MACAddress,
    for target: IPv4Address, to destination: MACAddress = .broadcast
  ) -> [UInt8] {
    var frame = [UInt8](repeating: 0, count: 42)
    frame.withBytes { bytes in
      EthernetHeader(destination: destination, source: hardware, type: .arp).write(to: &bytes)
      ARPPacket(
        operation: operation, senderHardware: hardware, sender: sender,
        targetHardware: MACAddress(0), target: target
      ).write(to: &bytes, at: 14)
    }
    return frame
  }

  @Test func answersRequests() throws {
    let answer = host.exchange(
      arp(.request, from: IPv4Address(10, 0, 0, 5), station, for: IPv4Address(10, 0, 0, 1)))
    #expect(answer.count == 1)
    let packet = try #require(answer.first.flatMap { Packet($0) })
    #expect(packet.ethernet.destination == station && packet.arp?.operation == .reply)
    #expect(packet.arp?.sender == IPv4Address(10, 0, 0, 1))
    #expect(packet.arp?.senderHardware == host.hardware)
    #expect(packet.arp?.target == IPv4Address(10, 0, 0, 5))
    // No reply for other targets.
    #expect(
      host.exchange(
        arp(.request, from: IPv4Address(10, 0, 0, 5), station, for: IPv4Address(10, 0, 0, 2))
      ).isEmpty)
  }

  /// A datagram waits for the reply; three requests, a second apart, then a pause.
  @Test func asksAndGivesUp() throws {
    let socket = try host.stack.bind(port: 1000)
    let remote = Endpoint(IPv4Address(10, 0, 0, 5), 9)
    #expect(host.send([1], to: remote, from: socket) == .held)
    var requests = 0
    for second in 0..<4 {
      for frame in host.wait(.milliseconds(second == 0 ? 1 : 1000)).frames {
        let packet = try #require(Packet(frame))
        #expect(packet.arp?.target == IPv4Address(10, 0, 0, 5))
        #expect(packet.ethernet.destination == .broadcast)
        requests += 1
      }
    }
    #expect(requests == 3)
    #expect(host.send([1], to: remote, from: socket) == .unreachable)
    host.wait(.seconds(6))
    #expect(host.send([1], to: remote, from: socket) == .held)
  }

  @Test func heldDatagramGoes() throws {
    let socket = try host.stack.bind(port: 1000)
    #expect(host.send([1, 2], to: Endpoint(IPv4Address(10, 0, 0, 5), 9), from: socket) == .held)
    host.poll()
    _ = host.output.drain()
    let sent = host.exchange(
      arp(
        .reply, from: IPv4Address(10, 0, 0, 5), station, for: IPv4Address(10, 0, 0, 1),
        to: host.hardware))
    let packet = try #require(sent.first.flatMap { Packet($0) })
    #expect(sent.count == 1 && packet.payload == [1, 2] && packet.ethernet.destination == station)
    #expect(packet.udp?.sourcePort == 1000 && packet.udp?.destinationPort == 9)
    #expect(host.send([3], to: Endpoint(IPv4Address(10, 0, 0, 5), 9), from: socket) == .sent)
  }

  /// Packets to other networks go to the router.
  @Test func router() throws {
    let socket = try host.stack.bind(port: 1000)
    #expect(host.send([1], to: Endpoint(IPv4Address(8, 8, 8, 8), 9), from: socket) == .held)
    let request = try #require(host.wait(.milliseconds(1)).frames.first.flatMap { Packet($0) })
    #expect(request.arp?.target == IPv4Address(10, 0, 0, 254))
  }

  @Test func broadcasts() throws {
    let socket = try host.stack.bind(port: 1000)
    for address in [IPv4Address.broadcast, IPv4Address(10, 0, 0, 255)] {
      #expect(host.send([1], to: Endpoint(address, 9), from: socket) == .sent)
      let packet = try #require(host.output.drain().first.flatMap { Packet($0) })
      #expect(packet.ethernet.destination == .broadcast && packet.ip?.destination == address)
    }
    #expect(host.send([1], to: Endpoint(IPv4Address(10, 0, 0, 1), 9), from: socket) == .unreachable)
    #expect(
      host.send([1], to: Endpoint(IPv4Address(127, 0, 0, 1), 9), from: socket) == .unreachable)
    #expect(host.send([1], to: Endpoint(IPv4Address(224, 0, 0, 251), 9), from: socket) == .sent)
    let packet = try #require(host.output.drain().first.flatMap { Packet($0) })
    #expect(packet.ethernet.destination == MACAddress(0x0100_5e00_00fb))
  }

  /// After a minute a unicast request is sent while the address is still used; if it is not
  /// answered, the next is broadcast.
  @Test func probesOldEntries() throws {
    let socket = try host.stack.bind(port: 1000)
    let remote = Endpoint(IPv4Address(10, 0, 0, 5), 9)
    host.exchange(
      arp(.request, from: IPv4Address(10, 0, 0, 5), station, for: IPv4Address(10, 0, 0, 1)))
    #expect(host.send([1], to: remote, from: socket) == .sent)
    // Without use there are no requests.
    #expect(host.wait(.seconds(600)).frames.count == 1)
    #expect(host.send([1], to: remote, from: socket) == .sent)
    var probes = 0
    for frame in host.wait(.milliseconds(2500)).frames {
      guard let packet = Packet(frame), packet.arp != nil else { continue }
      #expect(packet.ethernet.destination == station)
      probes += 1
    }
    #expect(probes == 3)
    host.wait(.seconds(1))
    #expect(host.send([1], to: remote, from: socket) == .held)
    let request = try #require(host.wait(.milliseconds(1)).frames.first.flatMap { Packet($0) })
    #expect(request.ethernet.destination == .broadcast)
  }

  /// Only a host that we asked for or that asks us is learned, and only on our network.
  @Test func doesNotLearnFromAnybody() throws {
    let socket = try host.stack.bind(port: 1000)
    let own = IPv4Address(10, 0, 0, 1)
    host.exchange(arp(.reply, from: IPv4Address(10, 0, 0, 6), station, for: own, to: host.hardware))
    host.exchange(
      arp(.request, from: IPv4Address(10, 0, 0, 7), station, for: IPv4Address(10, 0, 0, 8)))
    host.exchange(arp(.request, from: IPv4Address(10, 0, 0, 9), .broadcast, for: own))
    host.exchange(arp(.request, from: IPv4Address(192, 168, 0, 9), station, for: own))
    for last: UInt8 in [7, 9] {
      #expect(host.send([1], to: Endpoint(IPv4Address(10, 0, 0, last), 9), from: socket) == .held)
    }
    // A station that claims our address is counted.
    host.exchange(arp(.request, from: own, station, for: own))
    #expect(host.counters.addressConflicts == 1)
  }

  /// More neighbours than entries: the most recent stay, and those in use stay whichever is heard
  /// of.
  @Test func manyNeighbours() throws {
    let host = Host { $0.connectionLimit = 8 }
    let socket = try host.stack.bind(port: 1000)
    func introduce(_ last: UInt8) {
      host.now = host.now + .milliseconds(1)
      host.exchange(
        arp(
          .request, from: IPv4Address(10, 0, 0, last), MACAddress(2, 0, 0, 0, 1, last),
          for: IPv4Address(10, 0, 0, 1)))
    }
    func send(_ last: UInt8) throws {
      #expect(host.send([1], to: Endpoint(IPv4Address(10, 0, 0, last), 9), from: socket) == .sent)
      let packet = try #require(host.output.drain().first.flatMap { Packet($0) })
      #expect(packet.ethernet.destination == MACAddress(2, 0, 0, 0, 1, last))
    }
    introduce(251)
    try send(251)
    for last in UInt8(2)...250 { introduce(last) }
    for last in [UInt8(251)] + Array(240...250) { try send(last) }
    // All entries are in use: a station that is only heard of gets none, and is looked up when
    // needed.
    for last in UInt8(2)...100 {
      introduce(last)
      _ = host.send([1], to: Endpoint(IPv4Address(10, 0, 0, last), 9), from: socket)
    }
    _ = host.output.drain()
    introduce(200)
    #expect(host.send([1], to: Endpoint(IPv4Address(10, 0, 0, 200), 9), from: socket) == .held)
    try send(60)
  }
}
