// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Testing

@testable import TLS

/// Secrets, messages and records of RFC 8448.
@Suite struct TraceTests {
  private let hash = HashFunction.sha256

  private func digest(_ messages: [UInt8]...) -> [UInt8] {
    var state = HashState(hash)
    for message in messages { state.update(message.span) }
    return hash.digest(of: state)
  }

  @Test func secrets() {
    var schedule = KeySchedule(hash)
    #expect(schedule.secret.array == Trace.early)
    schedule.enterHandshake(Secret(Trace.shared))
    #expect(schedule.secret.array == Trace.handshake)
    let hellos = digest(Trace.clientHello, Trace.serverHello)
    #expect(schedule.derive("c hs traffic", hellos).array == Trace.clientHandshake)
    #expect(schedule.derive("s hs traffic", hellos).array == Trace.serverHandshake)
    schedule.enterMain()
    #expect(schedule.secret.array == Trace.main)
    let server = digest(Trace.clientHello, Trace.serverHello, Trace.flight, Trace.serverFinished)
    #expect(schedule.derive("c ap traffic", server).array == Trace.clientApplication)
    #expect(schedule.derive("s ap traffic", server).array == Trace.serverApplication)
    let all = digest(
      Trace.clientHello, Trace.serverHello, Trace.flight, Trace.serverFinished,
      Trace.clientFinished)
    let resumption = schedule.derive("res master", all)
    #expect(resumption.array == Trace.resumption)
    #expect(hash.expandLabel(resumption, "resumption", [0, 0], count: 32).array == Trace.ticketKey)
  }

  @Test func finished() {
    let before = digest(Trace.clientHello, Trace.serverHello, Trace.flight)
    let server = Secret(Trace.serverHandshake)
    #expect(hash.finished(server, before) == Array(Trace.serverFinished[4...]))
    let all = digest(Trace.clientHello, Trace.serverHello, Trace.flight, Trace.serverFinished)
    let client = Secret(Trace.clientHandshake)
    #expect(hash.finished(client, all) == Array(Trace.clientFinished[4...]))
  }

  /// Sealing gives the records of the trace, and opening them gives their content.
  @Test func records() {
    let flight = Trace.flight + Trace.serverFinished
    check(Trace.serverHandshake, 22, flight, Trace.flightRecord)
    check(Trace.clientHandshake, 22, Trace.clientFinished, Trace.clientFinishedRecord)
    check(Trace.clientApplication, 23, (0..<50).map { UInt8($0) }, Trace.clientTextRecord)
    // The server's first record is the ticket, so that its text is number 1.
    var keys = TrafficKeys(.aes128GCM, Secret(Trace.serverApplication))
    var skipped: [UInt8] = []
    let (none, text) = ([UInt8](), (0..<50).map { UInt8($0) })
    keys.seal(none.span, 22, into: &skipped)
    var record: [UInt8] = []
    keys.seal(text.span, 23, into: &record)
    #expect(record == Trace.serverTextRecord)
  }

  private func check(_ secret: [UInt8], _ type: UInt8, _ text: [UInt8], _ expected: [UInt8]) {
    var keys = TrafficKeys(.aes128GCM, Secret(copying: secret.span))
    var record: [UInt8] = [1, 2, 3]
    keys.seal(text.span, type, into: &record)
    #expect(Array(record[3...]) == expected)
    var peer = TrafficKeys(.aes128GCM, Secret(copying: secret.span))
    var sealed = Array(expected[5...])
    let header: InlineArray<5, UInt8> = [23, 3, 3, expected[3], expected[4]]
    var span = sealed.mutableSpan
    let isOpen = peer.open(&span, header: header)
    #expect(isOpen && Array(sealed.dropLast(16)) == text + [type])
  }

  @Test func binder() throws {
    let schedule = KeySchedule(hash, preSharedKey: Secret(Trace.ticketKey))
    #expect(schedule.secret.array == Trace.resumedEarly)
    let key = schedule.derive("res binder", hash.ofNothing)
    #expect(key.array == Trace.binderKey)
    let hello = try parse(Trace.boundHello)
    #expect(hello.boundByteCount == Trace.boundHello.count - 35 && hello.hasEarlyData)
    let bound = digest(Array(Trace.boundHello[..<hello.boundByteCount]))
    #expect(hash.finished(key, bound) == Array(Trace.boundHello.suffix(32)))
  }

  private func parse(_ message: [UInt8]) throws -> ClientHello {
    try ClientHello(message.span)
  }

  @Test func clientHello() throws {
    let trace = Trace.clientHello
    let message = trace.span
    let agreement = try Agreement(message, TLSSettings([Bench.credential("server")]), retry: nil)
    #expect(agreement.suite == .aes128GCM && agreement.group == .x25519)
    #expect(agreement.hello.recordSizeLimit == 0x4001 && agreement.applicationProtocol == nil)
    let hello = agreement.hello
    let names = agreement.names(Bench.credential("server"), message)
    #expect(names)
    #expect(hello.session.isEmpty && hello.identities == nil && !hello.hasEarlyData)
  }
}
