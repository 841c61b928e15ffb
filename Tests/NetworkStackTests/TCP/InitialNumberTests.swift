// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing
import Time
import Wire

@testable import NetworkStack

/// What the numbers that a host reveals tell an attacker (RFC 6528; RFC 7323, 5.4).
@Suite struct InitialNumberTests {
  /// The initial secret, which the attacker is assumed to have found, say from the time of the
  /// boot.
  private let known = HashKey(0x1234_5678_9abc, 0xfedc_ba98)

  private func host() -> Host { Host { $0.secret = (0x1234_5678_9abc, 0xfedc_ba98) } }

  /// Sequence number and timestamp of the answer to a SYN.
  private func numbers(_ host: Host) throws -> (UInt32, UInt32) {
    _ = try? host.stack.listen(port: 7)
    let peer = Peer(host)
    peer.clock = 1
    peer.say(.syn)
    let answer = try #require(peer.all().last)
    peer.clock = nil
    peer.say(.rst, at: SequenceNumber(1001))
    return (
      try #require(answer.tcp).sequence.value, try #require(answer.options.timestamps).value
    )
  }

  /// Arrival times affect the numbers, with a fixed address too, until there is a connection.
  @Test func arrivalsCountWithAFixedAddress() throws {
    var seen: Set<UInt32> = []
    for moment in UInt64(0)..<20 {
      let host = host()
      host.stack.stir(moment)
      let (sequence, timestamp) = try numbers(host)
      seen.insert(sequence)
      seen.insert(timestamp)
    }
    #expect(seen.count == 40)
  }

  /// The two numbers of one answer do not come from one hash. If they did, a guess could be
  /// checked: their clocks are the same, so each half would confirm the other.
  @Test func oneAnswerChecksNoGuess() throws {
    for moment in UInt64(0)..<50 {
      let host = host()
      host.now = .seconds(417 + moment)
      let (sequence, timestamp) = try numbers(host)
      let (here, there) = (IPv4Address(10, 0, 0, 1), IPv4Address(10, 0, 0, 9))
      let ends = (UInt64(there.value) << 32 | UInt64(here.value), UInt64(40000) << 16 | 7)
      var secret = Secret(0x1234_5678_9abc, 0xfedc_ba98)
      let keys = ConnectionKeys(&secret)
      for key in [known, keys.sequenceNumbers, keys.timestamps] {
        let guess = key.hash(ends.0, ends.1)
        let clock = sequence &- UInt32(truncatingIfNeeded: guess)
        let time = timestamp &- UInt32(truncatingIfNeeded: guess >> 32)
        #expect(UInt64(clock) * 4 / 1000 != UInt64(time))
      }
    }
  }

  /// The keys stay after the first connection: the table is searched with the key that it was
  /// filled with, and the numbers of a pair of endpoints follow the clock.
  @Test func keysStay() throws {
    let host = host()
    let listener = try host.stack.listen(port: 7)
    let before = host.stack.hasKeys
    let (first, firstTime) = try numbers(host)
    let after = host.stack.hasKeys
    #expect(!before && after)
    let peer = Peer(host)
    peer.port = 41000
    let connection = try #require(peer.open(listener))
    for moment in UInt64(0)..<100 { host.stack.stir(moment) }
    peer.send(.ack, [1, 2, 3])
    #expect(host.readAll(connection) == [1, 2, 3])
    host.now = host.now + .milliseconds(40)
    let (second, secondTime) = try numbers(host)
    #expect(second &- first == 10_000 && secondTime &- firstTime == 40)
  }

  /// The ports of connections to one peer do not reveal those to another.
  @Test func ports() throws {
    let host = host()
    var ports: [UInt16] = []
    for last in UInt8(20)..<60 {
      let connection = try host.connect(to: Endpoint(IPv4Address(10, 0, 0, last), 80))
      ports.append(host.stack.connections[Int(connection.index)].local.port)
      host.stack.abort(connection)
    }
    let steps = Set(zip(ports, ports.dropFirst()).map { $1 &- $0 })
    #expect(ports.allSatisfy { $0 >= 0xc000 } && steps.count > 30)
  }

  /// Each use has its own key, and stirring changes all.
  @Test func uses() {
    let uses: [Secret.Use] = [
      .connectionTable, .neighbourTable, .sequenceNumbers, .timestamps, .ports, .lookups, .leases,
    ]
    var secret = Secret(1, 2)
    var seen: Set<UInt64> = []
    for _ in 0..<3 {
      for use in uses {
        seen.insert(secret.key(for: use).hash(0, 0))
        for _ in 0..<3 { seen.insert(secret.random(for: use)) }
      }
      secret.stir(7)
    }
    #expect(seen.count == 3 * uses.count * 4)
  }
}
