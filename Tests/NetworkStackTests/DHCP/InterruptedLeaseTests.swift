// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import Testing
import Time
import Wire

/// Interrupted negotiations and renewals.
@Suite struct InterruptedLeaseTests {
  let host = Host(nil)
  let server = DHCPServer()

  /// The link is lost while a leased address is probed: the probe starts over when it returns,
  /// since another host may have taken the address.
  @Test func probingOverALostLink() {
    server.occupied = true
    host.stack.startDHCP(now: host.now)
    // After DISCOVER, OFFER, REQUEST, ACK and the first, unanswered probe.
    server.occupied = false
    server.run(host, .milliseconds(100))
    #expect(host.address == nil)
    host.stack.linkChanged(isUp: false, now: host.now)
    server.run(host, .seconds(1))
    server.requests = []
    server.occupied = true
    host.stack.linkChanged(isUp: true, now: host.now)
    server.run(host, .seconds(5))
    let probes = server.requests.filter { $0.target == server.offers && $0.sender.isUnspecified }
    #expect(!probes.isEmpty)
    #expect(host.address == nil)
  }

  /// The same, but no server answers any more.
  @Test func probingOverALostLinkWithoutServer() {
    host.stack.startDHCP(now: host.now)
    server.run(host, .milliseconds(100))
    host.stack.linkChanged(isUp: false, now: host.now)
    server.run(host, .seconds(1))
    server.requests = []
    server.answers = false
    server.occupied = true
    host.stack.linkChanged(isUp: true, now: host.now)
    server.run(host, .seconds(200))
    let probes = server.requests.filter { $0.target == server.offers && $0.sender.isUnspecified }
    #expect(host.address == nil || !probes.isEmpty)
  }

  /// RFC 5227, 2.1.1: after more than MAX_CONFLICTS (10), one new address per RATE_LIMIT_INTERVAL
  /// (60 s).
  @Test func tenConflicts() {
    server.occupied = true
    host.stack.startDHCP(now: host.now)
    server.run(host, .seconds(150))
    server.heard = []
    server.run(host, .seconds(600))
    let declines = server.heard.filter { $0.0.kind == .decline }.count
    #expect(declines <= 11, "\(declines)")
  }

  /// A server with equal T1, T2 and lease: the lease is still renewed in time.
  @Test func renewalAtTheEnd() {
    server.lease = 100
    server.renewal = 100
    server.rebinding = 100
    host.stack.startDHCP(now: host.now)
    server.run(host, .seconds(5))
    host.events = []
    server.run(host, .seconds(300))
    #expect(host.events.isEmpty)
  }
}
