// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// Routers inside and outside of the link's network, and routes past them.
@Suite struct RouterTests {
  let host = Host(nil)
  let server = DHCPServer()
  let first = MACAddress(2, 0, 0, 0, 0, 0xa1)
  let second = MACAddress(2, 0, 0, 0, 0, 0xa2)
  let far = IPv4Address(192, 0, 2, 7)

  private func lease(_ mask: IPv4Address, router: IPv4Address?, _ options: [Option] = []) {
    server.mask = mask
    server.router = router
    server.options = { $0 + options }
    host.stack.startDHCP(now: host.now)
    server.run(host, .seconds(3))
  }

  /// The station that datagrams for `address` go to, once ARP has been answered.
  private func hop(to address: IPv4Address, after pause: Interval = .milliseconds(100)) throws
    -> MACAddress?
  {
    let socket = try host.stack.bind()
    defer { host.stack.close(socket) }
    _ = host.output.drain()
    _ = host.send([1, 2, 3], to: Endpoint(address, 9), from: socket)
    let frames = host.wait(pause).frames.compactMap { Packet($0) }
    return frames.last { $0.udp?.destinationPort == 9 && $0.ip?.destination == address }?.ethernet
      .destination
  }

  /// As in clouds: an address alone in its network, and a router outside of it.
  @Test func addressAlone() throws {
    let router = IPv4Address(172, 31, 1, 1)
    lease(IPv4Address(255, 255, 255, 255), router: router)
    host.stations = [(router, first)]
    #expect(host.address?.prefixLength == 32 && host.lease?.router == router)
    #expect(try hop(to: far) == first)
    #expect(try hop(to: router) == first)
    // Its neighbours are behind the router too.
    #expect(try hop(to: IPv4Address(10, 0, 2, 16)) == first)
  }

  /// A connection from outside is answered after the router has asked for our address.
  @Test func connectionThroughARouterOutside() throws {
    let router = IPv4Address(172, 31, 1, 1)
    lease(IPv4Address(255, 255, 255, 255), router: router)
    host.stations = [(router, first)]
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.address = far
    peer.hostAddress = server.offers
    host.stations = [(router, first)]
    peer.send(.syn)
    peer.wait(.milliseconds(1100))
    let answer = try #require(peer.next())
    #expect(answer.tcp?.flags == .syn | .ack && answer.ethernet.destination == first)
    peer.acknowledge((answer.tcp?.sequence ?? SequenceNumber(0)) + 1)
    #expect(host.accept(listener) != nil)
  }

  @Test func gatewayOnAnotherNet() throws {
    let router = IPv4Address(10, 0, 3, 1)
    lease(IPv4Address(255, 255, 255, 0), router: router)
    host.stations = [(router, first), (IPv4Address(10, 0, 2, 16), second)]
    #expect(try hop(to: far) == first)
    #expect(try hop(to: IPv4Address(10, 0, 2, 16)) == second)
  }

  @Test func fixedAddress() throws {
    let fixed = Host(nil)
    let router = IPv4Address(172, 31, 1, 1)
    let network = try #require(IPv4Network(address: IPv4Address(10, 0, 0, 1), prefixLength: 32))
    fixed.stack.setAddress(network, gateway: router)
    fixed.stations = [(router, first)]
    let socket = try fixed.stack.bind()
    _ = fixed.send([1], to: Endpoint(far, 9), from: socket)
    let sent = fixed.wait(.milliseconds(100)).frames.compactMap { Packet($0) }.last {
      $0.udp != nil
    }
    #expect(sent?.ethernet.destination == first)
  }

  /// RFC 3021: two hosts and no broadcast address.
  @Test func twoHosts() throws {
    server.offers = IPv4Address(10, 0, 2, 14)
    let other = IPv4Address(10, 0, 2, 15)
    lease(IPv4Address(255, 255, 255, 254), router: other)
    host.stations = [(other, first)]
    #expect(try hop(to: other) == first)
    #expect(try hop(to: far) == first)
    // The host with the last address is a host like any other.
    let socket = try host.stack.bind(port: 7)
    let frame = Make.ip(
      Make.udp([5], from: (other, 9), to: (server.offers, 7)), .udp, from: other, to: server.offers,
      at: host.hardware, by: first)
    host.exchange(frame)
    let read = host.stack.readDatagram(socket) { bytes, _ in bytes.array }
    #expect(read == [5])
  }

  /// Option 121 as Google's and other servers send it: a separate route to the router.
  @Test func classlessRoutes() throws {
    let router = IPv4Address(10, 128, 0, 1)
    let special = IPv4Address(10, 128, 0, 9)
    lease(
      IPv4Address(255, 255, 255, 255), router: IPv4Address(10, 0, 2, 2),
      [
        Option(
          code: 121,
          body: [32, 10, 128, 0, 1, 0, 0, 0, 0, 0, 10, 128, 0, 1, 24, 192, 0, 2, 10, 128, 0, 9]
            + [24, 198, 51, 100, 0, 0, 0, 0])
      ])
    let near = IPv4Address(198, 51, 100, 4)
    host.stations = [(router, first), (special, second), (near, MACAddress(2, 0, 0, 0, 0, 0xa3))]
    #expect(host.lease?.router == router)
    #expect(try hop(to: IPv4Address(203, 0, 113, 1)) == first)
    #expect(try hop(to: far) == second)
    #expect(try hop(to: near) == MACAddress(2, 0, 0, 0, 0, 0xa3))
  }

  @Test func wantsRoutes() throws {
    lease(IPv4Address(255, 255, 255, 0), router: nil)
    var bytes = [UInt8](repeating: 0, count: DHCPMessage.byteCount)
    let request = try #require(server.heard.last).0
    bytes.withBytes { request.write(to: &$0, at: 0) }
    let wanted = try #require(Option.all(in: Array(bytes[240...])).first { $0.code == 55 }).body
    let routes = try #require(wanted.firstIndex(of: 121))
    #expect(routes < (wanted.firstIndex(of: 3) ?? 0) && wanted.contains(249) && wanted.contains(26))
  }

  /// RFC 1122, 3.3.1: switches to the second router when the first is dead, and back when the
  /// second is.
  @Test func deadRouter() throws {
    let routers = [IPv4Address(10, 0, 2, 2), IPv4Address(10, 0, 2, 3)]
    lease(
      IPv4Address(255, 255, 255, 0), router: nil,
      [Option(code: 3, body: [10, 0, 2, 2, 10, 0, 2, 3])])
    host.stations = [(routers[0], first), (routers[1], second)]
    #expect(try hop(to: far) == first)
    host.stations = [(routers[1], second)]
    // The neighbour entry is valid for a minute, then its verification fails.
    host.wait(.seconds(61))
    for _ in 0..<5 { _ = try hop(to: far, after: .seconds(4)) }
    #expect(try hop(to: far) == second)
    // It stays with the second after the first has returned, until the second is dead.
    host.stations = [(routers[0], first), (routers[1], second)]
    host.wait(.seconds(61))
    #expect(try hop(to: far) == second)
    host.stations = [(routers[0], first)]
    host.wait(.seconds(61))
    for _ in 0..<5 { _ = try hop(to: far, after: .seconds(4)) }
    #expect(try hop(to: far) == first)
  }

  /// A connection moves to the second router within seconds of the first one's death.
  @Test func connectionMovesToTheSecondRouter() throws {
    let routers = [IPv4Address(10, 0, 2, 2), IPv4Address(10, 0, 2, 3)]
    lease(
      IPv4Address(255, 255, 255, 0), router: nil,
      [Option(code: 3, body: [10, 0, 2, 2, 10, 0, 2, 3])])
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.address = far
    peer.hostAddress = server.offers
    host.stations = [(routers[0], first), (routers[1], second)]
    peer.send(.syn)
    peer.wait(.milliseconds(1100))
    let answer = try #require(peer.next()?.tcp)
    peer.acknowledgement = answer.sequence + 1
    peer.say(.ack)
    let connection = try #require(host.accept(listener))
    host.stations = [(routers[1], second)]
    _ = host.write([1, 2, 3], to: connection)
    _ = peer.all()
    var moved: UInt64?
    let start = host.now
    while moved == nil, host.now < start + .seconds(60) {
      peer.wait(.milliseconds(100))
      if peer.all().contains(where: {
        $0.payload == [1, 2, 3] && $0.ethernet.destination == second
      }) {
        moved = (host.now - start).nanoseconds / 1_000_000
      }
    }
    #expect(try #require(moved) < 20_000)
  }

  /// A renewal with another router redirects traffic at once; connections survive.
  @Test func renewalWithAnotherRouter() throws {
    lease(IPv4Address(255, 255, 255, 0), router: IPv4Address(10, 0, 2, 2))
    host.stations = [(IPv4Address(10, 0, 2, 2), first), (IPv4Address(10, 0, 2, 3), second)]
    #expect(try hop(to: far) == first)
    server.router = IPv4Address(10, 0, 2, 3)
    host.events = []
    server.run(host, .seconds(1800))
    #expect(try hop(to: far) == second)
    #expect(host.events.isEmpty)
  }

  /// More routes than fit: the default route is kept.
  @Test func manyRoutes() {
    var body: [UInt8] = []
    for index in 0..<12 { body += [24, 192, 0, UInt8(index), 10, 0, 2, 9] }
    body += [0, 10, 0, 2, 3]
    server.options = { $0 + [Option(code: 121, body: body)] }
    host.stack.startDHCP(now: host.now)
    server.run(host, .seconds(3))
    #expect(host.lease?.router == IPv4Address(10, 0, 2, 3))
  }

  /// A route with a longer prefix than the link's network: the longest prefix decides.
  @Test func routeInsideTheNetwork() throws {
    server.mask = IPv4Address(255, 0, 0, 0)
    server.options = { $0 + [Option(code: 121, body: [16, 10, 9, 10, 0, 2, 9, 0, 10, 0, 2, 2])] }
    host.stack.startDHCP(now: host.now)
    server.run(host, .seconds(3))
    host.stations = [(IPv4Address(10, 0, 2, 9), MACAddress(2, 0, 0, 0, 0, 0xa9))]
    let socket = try host.stack.bind()
    _ = host.send([1], to: Endpoint(IPv4Address(10, 9, 1, 1), 9), from: socket)
    let sent = host.wait(.milliseconds(200)).frames.compactMap { Packet($0) }.last { $0.udp != nil }
    #expect(sent?.ethernet.destination == MACAddress(2, 0, 0, 0, 0, 0xa9))
  }
}
