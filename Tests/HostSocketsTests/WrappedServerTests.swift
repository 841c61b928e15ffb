// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import StreamTestSupport
import Streams
import Testing
import Time

@testable import HostSockets

/// HTTP behind a layer of records, as it would be behind TLS: the pump is the same, and so is the server.
@Suite(.serialized) struct WrappedServerTests {
  private func server() -> WrappedServer<HTTPServer> {
    var router = Router()
    router.get("/") { _ in .text("Hello World!\n") }
    router.get("/big") { _ in .respond(Response(.ok, type: "text/plain", body: pattern(200_000))) }
    router.post("/echo") { _ in
      var body: [UInt8] = []
      return .receive(limit: 100_000, each: { body.append(copying: $0) }) {
        .respond(Response(.ok, type: "text/plain", body: body))
      }
    }
    return WrappedServer(HTTPServer(router))
  }

  private static let fields = "HTTP/1.1\r\nHost: a\r\n"

  /// Three requests on one connection, byte by byte and in large pieces; the last one closes it.
  @Test(arguments: [1, 300, 100_000]) func requests(_ piece: Int) throws {
    let bench = try SocketBench(server())
    let socket = try bench.connect()
    var (sending, receiving) = (RecordCode(), RecordCode())
    let body = pattern(5000)
    var text = [UInt8]("GET / \(Self.fields)\r\n".utf8)
    text += "POST /echo \(Self.fields)Content-Length: 5000\r\n\r\n".utf8
    text += body
    text += "GET /none \(Self.fields)Connection: close\r\n\r\n".utf8
    let bytes = RecordCode.greeting + sending.records(text)
    for start in stride(from: 0, to: bytes.count, by: piece) {
      try bench.send(Array(bytes[start..<min(start + piece, bytes.count)]), socket)
    }
    let answer = try #require(bench.read(socket))
    let textReceiving = receiving.open(answer.bytes)
    let (content, isEnded) = try #require(textReceiving)
    #expect(answer.hasEnded && isEnded, "our direction ends with its record, then TCP's end")
    let all = String(decoding: content, as: UTF8.self)
    #expect(all.contains("\r\n\r\nHello World!\n") && all.contains("HTTP/1.1 404 "))
    #expect(content.count > 5000 && all.contains("Content-Length: 5000\r\n"))
    // The peer ends, too, and the stream is gone without waiting.
    try bench.send(sending.record([]), socket)
    socket.finishSending()
    bench.turns(5)
    #expect(bench.streamCount == 0 && bench.server.inner.connectionCount == 0)
    #expect(bench.server.inner.checkInvariants() == nil)
  }

  /// A peer that does not read a large answer holds one record, and what the HTTP server holds; then it gets all of it.
  @Test func backPressure() throws {
    let bench = try SocketBench(server())
    let socket = try bench.connect()
    var (sending, receiving) = (RecordCode(), RecordCode())
    var request: [UInt8] = []
    // More than the sockets of this machine hold.
    for _ in 0..<60 { request += "GET /big \(Self.fields)\r\n".utf8 }
    request += "GET / \(Self.fields)Connection: close\r\n\r\n".utf8
    try bench.send(RecordCode.greeting + sending.records(request), socket)
    bench.turns(50)
    #expect(bench.server.outputCount(0) > 0, "the peer has not read")
    #expect(bench.server.largestHeld <= RecordCode.limit + 2)
    #expect(bench.server.inner.heldByteCount <= Limits().memoryBound)
    // Another peer is served meanwhile.
    let other = try bench.connect()
    var (otherSending, otherReceiving) = (RecordCode(), RecordCode())
    let small = [UInt8]("GET / \(Self.fields)Connection: close\r\n\r\n".utf8)
    try bench.send(RecordCode.greeting + otherSending.records(small), other)
    let short = try #require(bench.read(other))
    let textOtherreceiving = otherReceiving.open(short.bytes)
    let opened = try #require(textOtherreceiving)
    #expect(short.hasEnded && opened.isEnded && opened.content.count < 1000)
    let answer = try #require(bench.read(socket))
    let textReceiving = receiving.open(answer.bytes)
    let (content, isEnded) = try #require(textReceiving)
    #expect(answer.hasEnded && isEnded && content.count > 60 * 200_000)
  }

  /// An end without its record, a wrong greeting, and a record that is too long reset the stream.
  @Test(arguments: 0..<3) func broken(_ which: Int) throws {
    let bench = try SocketBench(server())
    let socket = try bench.connect()
    switch which {
    case 0:
      try bench.send(RecordCode.greeting + [0, 9, 1, 2], socket)
      socket.finishSending()
    case 1: try bench.send([1, 2, 3, 4], socket)
    default: try bench.send(RecordCode.greeting + [0xff, 0xff], socket)
    }
    bench.turns(5)
    #expect(bench.streamCount == 0 && bench.server.inner.connectionCount == 0)
  }
}
