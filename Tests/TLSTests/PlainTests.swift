// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Streams
import Testing
import Time

@testable import TLS

/// Streams without TLS beside those with it, and what the inner server lends.
@Suite struct PlainTests {
  @Test func passesThrough() throws {
    let bench = Bench()
    let opened = bench.server.open(on: 1, now: bench.now)
    let plain = try #require(opened)
    let client = TestClient()
    let secure = try bench.open()
    try bench.handshake(client, secure)
    #expect(bench.server.inner.secured == [secure] && plain != secure)
    #expect(bench.exchange(plain, [1, 2, 3]) == [1, 2, 3])
    try client.take(bench.exchange(secure, client.sealed(23, [4])))
    #expect(client.text == [4])
    // Direct output, deadlines and the end.
    bench.server.inner.lent[plain] = [5, 6]
    #expect(bench.server.hasDirectOutput(plain) && !bench.server.hasDirectOutput(secure))
    #expect(bench.drain(plain) == [5, 6])
    bench.server.inner.streams[plain]?.output = [7]
    bench.server.inner.changed = [plain]
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.nextChanged() == plain && bench.drain(plain) == [7])
    bench.server.peerEnded(plain, now: bench.now)
    #expect(bench.server.disposal(plain) == .close)
    bench.server.closed(plain, now: bench.now)
    #expect(bench.server.inner.streams.count == 1)
    // The number is used again, with TLS.
    let next = TestClient()
    let again = try bench.open()
    #expect(again == plain)
    try bench.handshake(next, again)
  }

  /// Handshakes do not keep plain streams out.
  @Test func crowd() throws {
    let bench = Bench { $0.handshakeLimit = 1 }
    _ = try bench.open()
    #expect(bench.server.open(on: 0, now: bench.now) == nil)
    #expect(bench.server.open(on: 1, now: bench.now) != nil)
  }

  /// What the inner server lends is sealed from where it lies, a record at a time.
  @Test func lent() throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    try bench.handshake(client, stream)
    bench.server.inner.lent[stream] = (0..<50_000).map { UInt8(truncatingIfNeeded: $0) }
    bench.server.inner.changed = [stream]
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.inner.lent[stream]?.count == 50_000 - 16384)
    try client.take(bench.drain(stream))
    #expect(client.text == (0..<50_000).map { UInt8(truncatingIfNeeded: $0) })
  }

  /// HTTP's handlers see how a request has come.
  @Test func requests() throws {
    var router = Router()
    router.get("/") { request in .text(request.isSecure ? "secure" : "plain") }
    var https = server(router, chain: [[0x30, 0]], signer: TestSigner())
    let now = Instant(nanoseconds: 5)
    let request = [UInt8]("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    let opened = https.open(on: 1, now: now)
    let plain = try #require(opened)
    #expect(https.receive(plain, request.span, now: now) == request.count)
    #expect(Self.output(&https, plain, now).hasSuffix("plain"))
    let other = https.open(on: 0, now: now)
    let secure = try #require(other)
    let client = TestClient()
    let hello = client.hello()
    #expect(https.receive(secure, hello.span, now: now) == hello.count)
    try client.take(Array(Self.bytes(&https, secure, now)))
    let rest = client.finished() + client.sealed(23, request)
    #expect(https.receive(secure, rest.span, now: now) == rest.count)
    try client.take(Self.bytes(&https, secure, now))
    #expect(String(decoding: client.text, as: UTF8.self).hasSuffix("secure"))
  }

  private static func bytes<Server: StreamServer & ~Copyable>(
    _ server: inout Server, _ stream: Int, _ now: Instant
  ) -> [UInt8] {
    var all: [UInt8] = []
    while server.send(
      stream, now: now,
      through: { bytes in
        all.append(copying: bytes)
        return bytes.count
      })
    {}
    return all
  }

  private static func output<Server: StreamServer & ~Copyable>(
    _ server: inout Server, _ stream: Int, _ now: Instant
  ) -> String {
    String(decoding: bytes(&server, stream, now), as: UTF8.self)
  }
}
