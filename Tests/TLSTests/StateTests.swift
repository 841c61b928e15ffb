// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Time

@testable import TLS

/// Each record that a client may send, in each state: what is forbidden there gets the alert that it should.
@Suite struct StateTests {
  enum State: CaseIterable { case start, retried, answered, established }

  /// A bench in a state.
  private func reach(_ state: State) throws -> (Bench, TestClient, Int) {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    if state == .retried { client.shares = [] }
    if state != .start { try client.take(bench.exchange(stream, client.hello())) }
    if state == .established { try client.take(bench.exchange(stream, client.finished())) }
    #expect(client.alert == nil)
    return (bench, client, stream)
  }

  private func alert(_ state: State, _ bytes: (TestClient) -> [UInt8]) throws -> Alert? {
    let (bench, client, stream) = try reach(state)
    try client.take(bench.exchange(stream, bytes(client)))
    return client.alert.flatMap { Alert(rawValue: $0) }
  }

  /// Records without keys.
  @Test(arguments: State.allCases) func plain(_ state: State) throws {
    let text = try alert(state) { $0.record(23, [UInt8](repeating: 0, count: 40)) }
    #expect(text == (state == .start || state == .retried ? .unexpectedMessage : .badRecordMAC))
    #expect(try alert(state) { $0.record(24, [1]) } == .unexpectedMessage)
    #expect(try alert(state) { $0.record(0x47, [1]) } == .unexpectedMessage)
    #expect(try alert(state) { $0.record(22, []) } == .unexpectedMessage)
    #expect(try alert(state) { $0.record(21, []) } == .unexpectedMessage)
    #expect(try alert(state) { _ in [22, 3, 3, 0x40, 1] } == .recordOverflow)
    #expect(try alert(state) { _ in [23, 3, 3, 0x41, 1] } == .recordOverflow)
    // Finished, or anything else without keys.
    #expect(try alert(state) { $0.record(22, [20, 0, 0, 1, 0]) } == .unexpectedMessage)
    #expect(try alert(state) { $0.record(22, [11, 0, 0, 0]) } == .unexpectedMessage)
    if state == .answered || state == .established {
      #expect(try alert(state) { $0.record(22, $0.helloMessage()) } == .unexpectedMessage)
    }
  }

  /// The record for middleboxes is ignored between the first hello and Finished, and nowhere else.
  @Test(arguments: State.allCases) func change(_ state: State) throws {
    let expected: Alert? = state == .retried || state == .answered ? nil : .unexpectedMessage
    #expect(try alert(state) { $0.record(20, [1]) } == expected)
    #expect(try alert(state) { $0.record(20, [1]) + $0.record(20, [1]) } == expected)
    #expect(try alert(state) { $0.record(20, [2]) } == .unexpectedMessage)
    #expect(try alert(state) { $0.record(20, [1, 1]) } == .unexpectedMessage)
    #expect(try alert(state) { $0.record(20, []) } == .unexpectedMessage)
  }

  @Test(arguments: [State.answered, .established]) func sealed(_ state: State) throws {
    for type in [UInt8(1), 2, 4, 5, 8, 11, 13, 15, 25, 254] {
      #expect(
        try alert(state) { $0.sealed(22, [type, 0, 0, 0]) } == .unexpectedMessage, "\(type)")
    }
    #expect(try alert(state) { $0.sealed(20, [1]) } == .unexpectedMessage)
    #expect(try alert(state) { $0.sealed(24, [1]) } == .unexpectedMessage)
    #expect(try alert(state) { $0.sealed(22, []) } == .unexpectedMessage)
    #expect(try alert(state) { $0.sealed(21, []) } == .unexpectedMessage)
    #expect(try alert(state) { $0.sealed(21, [1]) } == .decodeError)
    #expect(try alert(state) { $0.sealed(21, [1, 0, 0]) } == .decodeError)
    #expect(try alert(state) { $0.sealed(0, []) } == .unexpectedMessage, "nothing but padding")
    #expect(try alert(state) { $0.sealed(21, [1, 90]) } == nil, "user_canceled ends nothing")
    let long = [UInt8](repeating: 5, count: (1 << 14) + 1)
    #expect(try alert(state) { $0.sealed(23, long) } == .recordOverflow)
    #expect(
      try alert(state) {
        var bytes = $0.sealed(23, [1])
        bytes[8] ^= 1
        return bytes
      } == .badRecordMAC)
    #expect(try alert(state) { $0.record(23, [1, 2, 3]) } == .badRecordMAC)
  }

  /// Application data before Finished, Finished after it, and messages that do not end with their record.
  @Test func order() throws {
    #expect(try alert(.answered) { $0.sealed(23, [1]) } == .unexpectedMessage)
    #expect(try alert(.answered) { $0.sealed(22, [24, 0, 0, 1, 0]) } == .unexpectedMessage)
    #expect(try alert(.answered) { $0.sealed(22, [20, 0, 0, 31]) } == .decodeError)
    #expect(
      try alert(.answered) { $0.sealed(22, $0.finishedMessage() + [20]) } == .unexpectedMessage)
    #expect(try alert(.established) { $0.sealed(22, $0.finishedMessage()) } == .unexpectedMessage)
    #expect(try alert(.established) { $0.sealed(22, [24, 0, 0, 1, 2]) } == .illegalParameter)
    #expect(try alert(.established) { $0.sealed(22, [24, 0, 0, 2]) } == .decodeError)
    let update: [UInt8] = [24, 0, 0, 1, 0]
    #expect(try alert(.established) { $0.sealed(22, update + update) } == .unexpectedMessage)
    #expect(
      try alert(.established) { $0.sealed(22, [24]) + $0.sealed(23, [1]) } == .unexpectedMessage,
      "data between the parts of a message")
    #expect(
      try alert(.answered) { $0.sealed(22, [20]) + $0.record(20, [1]) } == .unexpectedMessage)
    #expect(
      try alert(.start) { $0.record(22, [1, 0, 0]) + $0.record(20, [1]) } == .unexpectedMessage)
    #expect(
      try alert(.start) { $0.record(22, $0.helloMessage() + [1]) } == .unexpectedMessage)
  }

  /// Alerts end the connection without an answer, close_notify lets the other direction live.
  @Test(arguments: State.allCases) func received(_ state: State) throws {
    let (bench, client, stream) = try reach(state)
    let isPlain = state == .start || state == .retried
    let output = bench.exchange(
      stream, isPlain ? client.record(21, [2, 40]) : client.sealed(21, [2, 40]))
    #expect(output.isEmpty && bench.server.disposal(stream) == .endOutput)
    let (other, closing, second) = try reach(state)
    let bytes = isPlain ? closing.record(21, [1, 0]) : closing.sealed(21, [1, 0])
    if state == .established { other.server.inner.streams[second]?.output = [1, 2] }
    try closing.take(other.exchange(second, bytes))
    #expect(closing.alert == 0, "close_notify is answered")
    if state == .established {
      #expect(closing.text == [1, 2] && other.server.disposal(second) == .close)
    }
  }

  /// Behind close_notify, nothing is sent, whatever comes.
  @Test func nothingBehindTheEnd() throws {
    let (bench, client, stream) = try reach(.established)
    bench.server.inner.streams[stream]?.disposal = .endOutput
    bench.server.inner.changed = [stream]
    bench.server.timePassed(now: bench.now)
    try client.take(bench.drain(stream))
    #expect(client.alert == 0)
    #expect(bench.exchange(stream, client.record(23, [UInt8](repeating: 0, count: 40))).isEmpty)
    #expect(bench.server.connection(stream)?.phase == .ended)
  }

  /// A client that cannot read our answer says so without keys.
  @Test func plainAlertBehindHello() throws {
    let (bench, client, stream) = try reach(.answered)
    #expect(bench.exchange(stream, client.record(21, [2, 47])).isEmpty)
    #expect(bench.server.connection(stream)?.phase == .ended)
    #expect(try alert(.established) { $0.record(21, [2, 47]) } == .unexpectedMessage)
  }

  /// Records that bring nothing are not endless.
  @Test func idleRecords() throws {
    let (bench, client, stream) = try reach(.established)
    for _ in 0..<64 { try client.take(bench.exchange(stream, client.sealed(23, []))) }
    #expect(client.alert == nil)
    try client.take(bench.exchange(stream, client.sealed(23, [1])))
    for _ in 0..<65 { try client.take(bench.exchange(stream, client.keyUpdate(1))) }
    #expect(client.alert == Alert.unexpectedMessage.rawValue)
    #expect(
      try alert(.answered) { client in
        (0..<10_000).flatMap { _ in client.record(20, [1]) }
      } == .unexpectedMessage)
  }

  /// Every beginning of a handshake leaves the server waiting, and the rest completes it.
  @Test func truncation() throws {
    let whole = TestClient()
    let count = whole.hello().count
    for length in 0..<count {
      let (bench, client) = (Bench(), TestClient())
      let stream = try bench.open()
      let hello = client.hello()
      #expect(bench.exchange(stream, Array(hello[..<length])).isEmpty)
      let found = bench.server.connection(stream)
      let connection = try #require(found)
      #expect(connection.phase == .awaitingHello && bench.server.signer.last == nil)
      guard length % 16 == 0 else { continue }
      try client.take(bench.exchange(stream, Array(hello[length...])))
      let finished = client.finished()
      let part = length % finished.count
      #expect(bench.exchange(stream, Array(finished[..<part])).isEmpty)
      #expect(connection.phase == .awaitingFinished)
      try client.take(bench.exchange(stream, Array(finished[part...])))
      #expect(connection.phase == .established)
    }
  }

  /// A hello whose every length field is cut short is refused.
  @Test func shortMessages() throws {
    let message = TestClient().helloMessage()
    for length in 4..<message.count {
      var short = Array(message[..<length])
      short[2] = UInt8((length - 4) >> 8)
      short[3] = UInt8((length - 4) & 0xff)
      let (bench, client) = (Bench(), TestClient())
      try client.take(bench.exchange(bench.open(), client.record(22, short)))
      let expected: Alert? = client.alert.flatMap { Alert(rawValue: $0) }
      #expect(expected == .decodeError || expected == .protocolVersion, "\(length)")
    }
  }
}
