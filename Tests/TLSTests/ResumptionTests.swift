// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Time

@testable import TLS

/// Tickets.
@Suite struct ResumptionTests {
  private func ticket(
    _ bench: Bench, _ suite: CipherSuite = .aes128GCM, name: String? = "localhost"
  ) throws -> TestClient {
    let first = TestClient()
    first.suites = [suite]
    first.name = name
    try bench.handshake(first, bench.open())
    let client = TestClient()
    client.suites = [suite]
    client.name = name
    client.ticket = first.tickets[0]
    return client
  }

  @Test(arguments: [CipherSuite.aes128GCM, .aes256GCM]) func resumed(_ suite: CipherSuite) throws {
    let bench = Bench()
    let client = try ticket(bench, suite)
    let stream = try bench.open()
    try bench.handshake(client, stream)
    #expect(client.isResumed && client.certificate.isEmpty && client.tickets.count == 1)
    #expect(bench.server.resumedCount == 1 && bench.server.handshakeCount == 2)
    try client.take(bench.exchange(stream, client.sealed(23, [5])))
    #expect(client.text == [5])
  }

  @Test func resumedAfterRetry() throws {
    let bench = Bench()
    let client = try ticket(bench)
    client.shares = []
    try bench.handshake(client, bench.open())
    #expect(client.isResumed && client.retryGroup == .x25519)
  }

  /// A wrong binder is an error, a ticket that cannot be used is not.
  @Test func binder() throws {
    let bench = Bench()
    let client = try ticket(bench)
    client.breaksBinder = true
    #expect(throws: BenchError.self) { try bench.handshake(client, bench.open()) }
    #expect(client.alert == Alert.decryptError.rawValue)
    let other = try ticket(bench)
    other.ticket?.bytes[20] ^= 1
    try bench.handshake(other, bench.open())
    #expect(!other.isResumed)
    let short = try ticket(bench)
    short.ticket?.bytes.removeLast(60)
    try bench.handshake(short, bench.open())
    #expect(!short.isResumed)
  }

  /// Only with a key exchange; and there are no tickets for a client that does without, or does not resume.
  @Test func mode() throws {
    let bench = Bench()
    let client = try ticket(bench)
    client.without = [45]
    client.extra = [(45, [1, 0])]
    try bench.handshake(client, bench.open())
    #expect(!client.isResumed && client.tickets.isEmpty)
    let silent = TestClient()
    silent.without = [45]
    try bench.handshake(silent, bench.open())
    #expect(silent.tickets.isEmpty)
    let bare = try ticket(bench)
    bare.without = [45]
    #expect(throws: BenchError.self) { try bench.handshake(bare, bench.open()) }
    #expect(bare.alert == Alert.missingExtension.rawValue)
  }

  /// A ticket lives as long as it says, across two rotations of the keys.
  @Test(arguments: [0, 1000, 7199, 7200, 20_000] as [UInt64]) func lifetime(_ age: UInt64) throws {
    let bench = Bench()
    _ = try ticket(bench)
    bench.tick(.seconds(100))
    let client = try ticket(bench)
    bench.tick(.seconds(age))
    try bench.handshake(client, bench.open())
    #expect(client.isResumed == (age < 7200))
  }

  /// Tickets that come from tickets do not put off the next proof of the certificate's key.
  @Test func chain() throws {
    let bench = Bench()
    var client = try ticket(bench)
    for age: UInt64 in [3000, 6000, 9000] {
      bench.tick(.seconds(3000))
      try bench.handshake(client, bench.open())
      #expect(client.isResumed == (age < 7200))
      let next = TestClient()
      next.ticket = client.tickets[0]
      #expect(client.lifetimes[0] == (age < 7200 ? 7200 - age - 1 : 7200))
      client = next
    }
  }

  /// The keys go when all their tickets have ended, without a handshake at that time.
  @Test func keysEnd() throws {
    let bench = Bench()
    _ = try ticket(bench)
    let first = bench.server.deadline
    bench.tick(.seconds(8000))
    _ = try ticket(bench)
    #expect(bench.server.deadline == first, "two keys")
    bench.now = first
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.deadline > first + .seconds(7000) && bench.server.deadline < .never)
    bench.now = bench.server.deadline
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.deadline == .never)
  }

  @Test func otherSuiteAndName() throws {
    let bench = Bench {
      $0.credentials = [Bench.credential("localhost"), Bench.credential("other")]
    }
    let client = try ticket(bench, .aes256GCM)
    client.suites = [.aes128GCM]
    try bench.handshake(client, bench.open())
    #expect(!client.isResumed, "the key is of another hash")
    let moved = try ticket(bench)
    moved.name = "other"
    try bench.handshake(moved, bench.open())
    #expect(!moved.isResumed && bench.server.signer.last?.key == 1)
    let same = try ticket(bench, name: "other")
    try bench.handshake(same, bench.open())
    #expect(same.isResumed)
  }

  @Test func singleUse() throws {
    let bench = Bench { $0.singleUseTickets = 64 }
    let client = try ticket(bench)
    try bench.handshake(client, bench.open())
    #expect(client.isResumed)
    let again = TestClient()
    again.ticket = client.ticket
    try bench.handshake(again, bench.open())
    #expect(!again.isResumed)
    // Behind the window, too.
    let old = try ticket(bench)
    for _ in 0..<40 { _ = try ticket(bench) }
    try bench.handshake(old, bench.open())
    #expect(!old.isResumed)
    // By default, the client decides.
    let lenient = Bench()
    let twice = try ticket(lenient)
    try lenient.handshake(twice, lenient.open())
    let second = TestClient()
    second.ticket = twice.ticket
    try lenient.handshake(second, lenient.open())
    #expect(second.isResumed)
  }

  /// Without tickets nothing is sent behind the handshake.
  @Test func none() throws {
    let bench = Bench { $0.ticketLifetime = .zero }
    let client = TestClient()
    try bench.handshake(client, bench.open())
    #expect(client.tickets.isEmpty)
  }

  /// Early data is skipped, as much as a record, and not behind a second hello.
  @Test func earlyData() throws {
    let bench = Bench()
    let client = TestClient()
    client.extra = [(42, [])]
    let stream = try bench.open()
    try client.take(bench.exchange(stream, client.hello()))
    let garbage = client.record(23, [UInt8](repeating: 3, count: 500))
    try client.take(bench.exchange(stream, garbage + garbage))
    try client.take(bench.exchange(stream, client.finished()))
    #expect(bench.server.connection(stream)?.phase == .established && client.alert == nil)
    let greedy = TestClient()
    greedy.extra = [(42, [])]
    let other = try bench.open()
    try greedy.take(bench.exchange(other, greedy.hello()))
    for _ in 0..<40 { try greedy.take(bench.exchange(other, garbage)) }
    #expect(greedy.alert == Alert.badRecordMAC.rawValue)
    // Empty records are not endless, and none comes from a client that offers no early data.
    for offers in [false, true] {
      let (empty, client) = (Bench { $0.handshakeByteCount = 1 << 20 }, TestClient())
      if offers { client.extra = [(42, [])] }
      let stream = try empty.open()
      try client.take(empty.exchange(stream, client.hello()))
      let nothing = client.record(23, [])
      let count = offers ? 20_000 : 1
      try client.take(empty.exchange(stream, (0..<count).flatMap { _ in nothing }))
      #expect(client.alert == Alert.badRecordMAC.rawValue)
    }
  }
}
