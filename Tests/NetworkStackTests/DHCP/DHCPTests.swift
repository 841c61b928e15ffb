// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import TestSupport
import Testing
import Time
import Wire

/// The DHCP client (RFC 2131), in virtual time.
@Suite struct DHCPTests {
  let host = Host(nil)
  private let server = DHCPServer()

  private var bound: IPv4Address? { host.address?.address }

  private func start(wanted: IPv4Address? = nil) {
    host.stack.startDHCP(wanted: wanted, now: host.now)
  }

  @Test func theNameIsTold() throws {
    let named = Host(nil) { for byte in Array("web".utf8) { $0.hostName.append(byte) } }
    named.stack.startDHCP(now: named.now)
    server.run(named, .seconds(2))
    let names = server.heard.map { heard in
      (0..<heard.0.hostName.byteCount).map { heard.0.hostName.byte(at: $0) }
    }
    #expect(names == [Array("web".utf8), Array("web".utf8)])
  }

  @Test func fourMessages() throws {
    start(wanted: IPv4Address(10, 0, 2, 99))
    server.run(host, .seconds(2))
    #expect(bound == server.offers && host.events.map(\.socket) == [.address])
    #expect(server.heard.map(\.0.kind) == [.discover, .request])
    let (discover, discoverIP, _) = try #require(server.heard.first)
    #expect(discover.requested == IPv4Address(10, 0, 2, 99) && discover.server == nil)
    #expect(discoverIP.source == IPv4Address(0) && discoverIP.destination == .broadcast)
    let (request, ip, _) = try #require(server.heard.last)
    // RFC 2131, table 5.
    #expect(request.requested == server.offers && request.server == server.address)
    #expect(request.client == IPv4Address(0) && request.transaction == discover.transaction)
    #expect(ip.source == IPv4Address(0) && ip.destination == .broadcast)
    let lease = try #require(host.lease)
    #expect(lease.router == server.address && lease.resolver == IPv4Address(10, 0, 2, 3))
    #expect(lease.network.prefixLength == 24)
    // The address was probed by ARP first, without a sender address.
    #expect(
      server.requests.filter { $0.target == server.offers && $0.sender.isUnspecified }.count == 2)
  }

  /// Without an answer: after 4, 8, 16, 32 and then 64 seconds, each randomised by up to a second.
  @Test func noServer() {
    server.answers = false
    start()
    server.run(host, .seconds(400))
    let moments = server.heard.map { $0.2.nanoseconds / 1_000_000 }
    let gaps = zip(moments, moments.dropFirst()).map { $1 - $0 }
    #expect(gaps.count >= 7)
    for (index, gap) in gaps.enumerated() {
      let wanted = UInt64(4000) << UInt64(min(index, 4))
      #expect(gap + 1000 >= wanted && gap <= wanted + 1000, "\(index): \(gap)")
    }
    #expect(server.heard.allSatisfy { $0.0.kind == .discover })
    #expect(Set(server.heard.map(\.0.transaction)).count == 1)
    #expect(bound == nil)
    server.answers = true
    server.run(host, .seconds(70))
    #expect(bound == server.offers)
  }

  /// An offer, then silence: after four requests the client starts over.
  @Test func offerWithoutAcknowledgement() {
    start()
    server.run(host, .milliseconds(1))
    server.heard = []
    // A second host whose server dies after the offer.
    let other = Host(nil, hardware: MACAddress(2, 0, 0, 0, 0, 9))
    other.stack.startDHCP(now: other.now)
    let mute = DHCPServer()
    mute.answers = false
    mute.run(other, .milliseconds(1))
    mute.answer(other, mute.heard[0].0, .offer)
    mute.run(other, .seconds(100))
    let kinds = mute.heard.map(\.0.kind)
    #expect(
      Array(kinds.prefix(6)) == [.discover, .request, .request, .request, .request, .discover])
  }

  /// T1 at half of the lease, unicast; T2 at seven eighths, broadcast; then the address expires.
  @Test func renewRebindExpire() throws {
    start()
    server.run(host, .seconds(2))
    let begin = try #require(server.heard.last).2
    server.heard = []
    server.answers = false
    server.run(host, .seconds(1797))
    #expect(server.heard.isEmpty)
    server.run(host, .seconds(1400))
    let renewals = server.heard.filter { $0.1.destination == server.address }
    let rebindings = server.heard.filter { $0.1.destination == .broadcast }
    let first = try #require(renewals.first)
    #expect((first.2 - begin) == .seconds(1800))
    #expect(first.0.kind == .request && first.0.client == server.offers)
    #expect(first.0.server == nil && first.0.requested == nil && first.1.source == server.offers)
    #expect(try #require(rebindings.first).2 - begin == .seconds(3150))
    #expect(rebindings.first?.0.client == server.offers)
    // Half of the remaining time each time, never less than a minute.
    #expect((3...12).contains(renewals.count))
    #expect(bound == server.offers)
    host.events = []
    server.run(host, .seconds(500))
    #expect(bound == nil && host.events.contains { $0.socket == .address })
    // It requests a new one.
    server.answers = true
    server.run(host, .seconds(70))
    #expect(bound == server.offers)
  }

  @Test func rebindingFindsAnotherServer() throws {
    start()
    server.run(host, .seconds(2))
    server.answers = false
    server.run(host, .seconds(3100))
    server.answers = true
    server.run(host, .seconds(100))
    #expect(bound == server.offers)
    #expect(try #require(host.lease).expiry > host.now + .seconds(3000))
  }

  @Test func refusedRenewal() {
    start()
    server.run(host, .seconds(2))
    server.refuses = true
    server.run(host, .seconds(1802))
    #expect(bound == nil)
    server.refuses = false
    server.offers = IPv4Address(10, 0, 2, 16)
    server.run(host, .seconds(10))
    #expect(bound == IPv4Address(10, 0, 2, 16))
  }

  @Test func refusedRequest() {
    server.refuses = true
    start()
    server.run(host, .seconds(20))
    #expect(bound == nil)
    // At most once per second.
    #expect(server.heard.count <= 42)
    server.refuses = false
    server.run(host, .seconds(5))
    #expect(bound == server.offers)
  }

  /// Another host uses the address: it is declined, and a new one is requested after 10 s.
  @Test func conflict() throws {
    server.occupied = true
    start()
    server.run(host, .seconds(5))
    #expect(bound == nil)
    let decline = try #require(server.heard.first { $0.0.kind == .decline })
    #expect(decline.0.requested == server.offers && decline.0.server == server.address)
    #expect(decline.1.destination == .broadcast && decline.1.source == IPv4Address(0))
    let count = server.heard.count
    server.run(host, .seconds(4))
    #expect(server.heard.count == count)
    server.occupied = false
    server.run(host, .seconds(10))
    #expect(bound == server.offers)
  }

  /// The link is lost for a minute: the old address is requested and kept.
  @Test func linkLoss() throws {
    start()
    server.run(host, .seconds(2))
    server.heard = []
    host.stack.linkChanged(isUp: false, now: host.now)
    server.run(host, .seconds(60))
    #expect(server.heard.isEmpty)
    host.stack.linkChanged(isUp: true, now: host.now)
    server.run(host, .seconds(1))
    let request = try #require(server.heard.first).0
    #expect(server.heard.count == 1 && request.kind == .request)
    #expect(request.requested == server.offers && request.server == nil)
    #expect(request.client == IPv4Address(0) && bound == server.offers)
  }

  /// The server is away for the minute in which the lease should be renewed: nothing is lost, and
  /// the next request reaches it.
  @Test func serverLoss() throws {
    start()
    server.run(host, .seconds(2))
    let lease = try #require(host.lease)
    server.run(host, .seconds(1780))
    server.answers = false
    server.heard = []
    host.events = []
    server.run(host, .seconds(60))
    #expect(server.heard.count == 1 && bound == server.offers)
    server.answers = true
    server.run(host, .seconds(1000))
    #expect(bound == server.offers && host.events.isEmpty)
    #expect(try #require(host.lease).expiry > lease.expiry)
  }

  /// The link returns, but no server answers: the lease is used until it expires.
  @Test func linkLossWithoutServer() {
    start()
    server.run(host, .seconds(2))
    host.stack.linkChanged(isUp: false, now: host.now)
    server.run(host, .seconds(60))
    server.answers = false
    host.stack.linkChanged(isUp: true, now: host.now)
    server.run(host, .seconds(100))
    #expect(bound == server.offers)
    server.run(host, .seconds(3600))
    #expect(bound == nil)
  }

  /// The lease expires while the link is down.
  @Test func longLinkLoss() {
    start()
    server.run(host, .seconds(2))
    host.stack.linkChanged(isUp: false, now: host.now)
    server.run(host, .seconds(3700))
    #expect(bound == nil)
    host.stack.linkChanged(isUp: true, now: host.now)
    server.run(host, .seconds(2))
    #expect(bound == server.offers)
  }

  @Test func release() throws {
    start()
    server.run(host, .seconds(2))
    host.stack.releaseDHCP()
    server.run(host, .seconds(1))
    let last = try #require(server.heard.last)
    #expect(last.0.kind == .release && last.0.client == server.offers)
    #expect(last.1.destination == server.address)
  }

  /// A day of idle virtual time: the lease is renewed, and nothing else wakes the stack.
  @Test func aDay() throws {
    start()
    // The address is announced for the second time after 2 s.
    server.run(host, .seconds(5))
    server.heard = []
    let wakes = server.run(host, .seconds(24 * 3600))
    #expect(bound == server.offers)
    // 48 renewals with one wake-up each, and no other wake-ups.
    #expect((47...49).contains(server.heard.count))
    #expect(wakes == server.heard.count)
  }

  @Test func infiniteLease() {
    server.lease = .max
    start()
    server.run(host, .seconds(5))
    #expect(bound == server.offers && host.nextDeadline == .never)
  }

  /// Inconsistent times are replaced by the defaults.
  @Test func strangeTimes() throws {
    server.renewal = 4000
    server.rebinding = 10
    start()
    server.run(host, .seconds(2))
    let lease = try #require(host.lease)
    #expect(lease.renewal < lease.rebinding && lease.rebinding < lease.expiry)
  }

  /// Answers to other clients, forged ones and malformed ones.
  @Test func othersMessages() throws {
    server.answers = false
    start()
    server.run(host, .milliseconds(1))
    let discover = try #require(server.heard.first).0
    var strange = discover
    strange.transaction &+= 1
    server.answer(host, strange, .offer)
    strange = discover
    strange.hardware = MACAddress(1)
    server.answer(host, strange, .offer)
    server.answer(host, discover, .acknowledge)
    server.answer(host, discover, .refuse)
    server.run(host, .milliseconds(100))
    #expect(server.heard.count == 1 && bound == nil)
    server.offers = .broadcast
    server.answer(host, discover, .offer)
    server.run(host, .milliseconds(100))
    #expect(server.heard.count == 1)
  }

  /// Random bytes to the client's port.
  @Test func anything() throws {
    start()
    server.answers = false
    server.run(host, .milliseconds(1))
    var random = SeededGenerator(seed: 11)
    let discover = try #require(server.heard.first).0
    for _ in 0..<fuzzIterations(2000) {
      var offer = DHCPMessage(
        DHCPMessage.Kind(rawValue: UInt8(1 + random.below(8))) ?? .offer,
        transaction: discover.transaction, hardware: discover.hardware)
      offer.your = IPv4Address(UInt32(truncatingIfNeeded: random.next()))
      offer.server = IPv4Address(UInt32(truncatingIfNeeded: random.next()))
      offer.mask = IPv4Address(UInt32.max << UInt32(random.below(33)))
      offer.router = IPv4Address(UInt32(truncatingIfNeeded: random.next()))
      offer.leaseTime = UInt32(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
      offer.renewalTime = UInt32(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
      offer.mtu = UInt16(truncatingIfNeeded: random.next())
      var frame = server.frame(host, offer)
      if random.chance(300) {
        frame[42 + random.below(frame.count - 42)] = UInt8(truncatingIfNeeded: random.next())
        frame[40] = 0
        frame[41] = 0
      }
      host.exchange(frame)
      host.now = host.now + Interval(nanoseconds: random.next() % 10_000_000_000)
      host.poll()
      _ = host.output.drain()
    }
  }
}
