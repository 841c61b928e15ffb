// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing
import Time

@Suite struct HTTPServerTests {
  private final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
  }

  @Test func streams() {
    var router = Router()
    router.get("/count") { _ in
      var next = 0
      return .respond(
        .stream(type: "text/plain") { writer in
          while next < 10_000 {
            guard writer.room >= 6 else { return .more }
            _ = writer.write(bytes("\(next)\n").span)
            next += 1
          }
          return .end
        })
    }
    router.get("/broken") { _ in
      .respond(.stream(type: "text/plain") { _ in .failed })
    }
    router.get("/lazy") { _ in .respond(.stream(type: "text/plain") { _ in .more }) }
    var server = HTTPServer(router)
    guard let id = server.open(now: .start) else { return }
    _ = server.receive(id, bytes("GET /count HTTP/1.0\r\n\r\n").span, now: .start)
    #expect(server.outputCount(id) <= 16_400, "no more than fits is produced")
    let answer = flush(&server, id)
    #expect(answer.hasSuffix("\r\n\r\n" + (0..<10_000).map { "\($0)\n" }.joined()))
    guard let other = server.open(now: .start) else { return }
    _ = exchange(&server, other, "GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(server.disposal(other) == .reset)
    guard let third = server.open(now: .start) else { return }
    _ = exchange(&server, third, "GET /lazy HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(server.disposal(third) == .stayOpen)
  }

  @Test func waiting() {
    let ready = Box(false)
    var router = Router()
    router.get("/slow") { _ in .wait { ready.value ? .text("done") : nil } }
    var server = HTTPServer(router)
    guard let id = server.open(now: .start) else { return }
    #expect(exchange(&server, id, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").isEmpty)
    server.wake(now: .start)
    #expect(server.checkInvariants() == nil)
    #expect(server.nextChanged() == id && flush(&server, id).isEmpty)
    ready.value = true
    server.wake(now: .start)
    #expect(server.checkInvariants() == nil)
    #expect(server.nextChanged() == id && flush(&server, id).hasSuffix("\r\n\r\ndone"))
    server.wake(now: .start)
    #expect(server.checkInvariants() == nil)
    #expect(server.nextChanged() == nil)
  }

  /// A handler that never answers: its client gets 504 in time, and the next request is answered.
  @Test func handlerThatWaitsTooLong() throws {
    var router = Router()
    router.get("/never") { _ in .wait { nil } }
    router.get("/") { _ in .text("here") }
    var server = HTTPServer(router)
    let opened = server.open(now: .start)
    let id = try #require(opened)
    #expect(exchange(&server, id, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n") == "")
    let end = Instant.start + Limits().answerTime
    let before = Instant(nanoseconds: end.nanoseconds - 1)
    let deadline = server.deadline
    #expect(deadline <= end)
    server.timePassed(now: before)
    #expect(server.checkInvariants() == nil)
    server.wake(id, now: before)
    #expect(flush(&server, id) == "" && server.deadline <= end)
    server.timePassed(now: end)
    #expect(server.checkInvariants() == nil)
    #expect(server.nextChanged() == id)
    #expect(flush(&server, id).hasPrefix("HTTP/1.1 504 "))
    #expect(exchange(&server, id, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
  }

  /// A body whose source gives no more bytes, as that of a file whose READ is not answered: the connection is reset
  /// `sourceTime` after the last bytes, or after the peer has read them.
  @Test(arguments: [false, true]) func sourceThatWaitsTooLong(sendsDirectly: Bool) throws {
    let source = SlowSource()
    var router = Router()
    router.get("/") { _ in
      .respond(Response(ResponseHead(.ok, length: .known(10_000)), body: .source(source)))
    }
    var settings = HTTPServer.Settings()
    settings.sendsDirectly = sendsDirectly
    var server = HTTPServer(router, settings)
    let opened = server.open(now: .start)
    let id = try #require(opened)
    func send(_ now: Instant) -> Int {
      server.wake(id, now: now)
      var total = 0
      while true {
        var count = server.outputCount(id)
        server.sent(id, count, now: now)
        server.sendDirectly(id, now: now) { bytes in
          count += bytes.count
          return bytes.count
        }
        #expect(server.checkInvariants() == nil)
        if count == 0 { return total }
        total += count
      }
    }
    _ = server.receive(id, bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n").span, now: .start)
    #expect(send(.start) > 0 && send(.start) == 0)
    let time = Limits().sourceTime.nanoseconds
    func at(_ nanoseconds: UInt64) -> Instant { Instant(nanoseconds: nanoseconds) }
    source.room = 6000
    #expect(send(at(time - 1)) == 6000 && send(at(time - 1)) == 0)
    server.timePassed(now: at(time))
    #expect(server.disposal(id) == .stayOpen && server.deadline <= at(2 * time - 1))
    server.timePassed(now: at(2 * time - 2))
    #expect(server.disposal(id) == .stayOpen)
    server.timePassed(now: at(2 * time - 1))
    #expect(server.checkInvariants() == nil)
    #expect(server.disposal(id) == .reset)
  }

  @Test func uploads() {
    let received = Box<[UInt8]>([])
    var router = Router()
    router.post("/") { _ in
      .receive(limit: 10, each: { received.value.append(copying: $0) }, then: { .status(.created) })
    }
    var server = HTTPServer(router)
    guard let id = server.open(now: .start) else { return }
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(exchange(&server, id, head + "3\r\nabc\r\n").hasPrefix("HTTP/1.1 100 ") == false)
    #expect(exchange(&server, id, "2\r\nde\r\n0\r\n\r\n").hasPrefix("HTTP/1.1 201 "))
    #expect(received.value == bytes("abcde"))
    let large = exchange(
      &server, id, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890")
    #expect(large.hasPrefix("HTTP/1.1 413 "))
    guard let other = server.open(now: .start) else { return }
    #expect(exchange(&server, other, head + "x\r\n").hasPrefix("HTTP/1.1 400 "))
    #expect(server.disposal(other) == .endOutput)
  }

  @Test func places() {
    var settings = HTTPServer.Settings()
    settings.connectionLimit = 3
    var server = HTTPServer(Router(), settings)
    #expect((0..<3).compactMap { _ in server.open(now: .start) } == [0, 1, 2])
    #expect(server.open(now: .start) == nil && server.refusedCount == 1)
    #expect(text([UInt8](HTTPServer.busyAnswer)).hasPrefix("HTTP/1.1 503 "))
    server.closed(1, now: .start)
    server.closed(1, now: .start)
    server.closed(99, now: .start)
    #expect(server.connectionCount == 2 && server.open(now: .start) == 1)
    #expect(server.deadline == .start + settings.limits.idleTime)
    server.timePassed(now: server.deadline)
    #expect(server.checkInvariants() == nil)
    var ended: Set<Int> = []
    while let id = server.nextChanged() {
      #expect(server.disposal(id) == .endOutput)
      ended.insert(id)
    }
    #expect(ended == [0, 1, 2])
  }

  @Test func accessLog() {
    let lines = Box<[String]>([])
    var settings = HTTPServer.Settings()
    settings.log = { lines.value.append(text($0.line)) }
    settings.date = { 0 }
    var router = Router()
    router.get("/*path") { _ in .text("hello") }
    var server = HTTPServer(router, settings)
    guard let id = server.open(now: .start) else { return }
    let answer = exchange(&server, id, "GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(answer.contains("\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"))
    _ = exchange(&server, id, "GET /%1b[2J HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(
      lines.value == [
        "GET /a?b=c 200 \(answer.utf8.count) B 0 ms", "GET /%1b[2J 200 \(answer.utf8.count) B 0 ms",
      ])
  }

  /// A thousand connections that do nothing, send half a head, or never read: the memory they hold is
  /// bounded, and another client is served.
  @Test func crowds() {
    var router = Router()
    router.get("/") { _ in
      .respond(Response(.ok, type: "text/plain", body: [UInt8](repeating: 1, count: 100_000)))
    }
    router.get("/small") { _ in .text("small") }
    var server = HTTPServer(router)
    let ids = (0..<1000).compactMap { _ in server.open(now: .start) }
    for (number, id) in ids.enumerated() where number % 3 > 0 {
      let request = "GET / HTTP/1.1\r\nHost: a\r\n"
      _ = server.receive(id, bytes(number % 3 == 1 ? request : request + "\r\n").span, now: .start)
    }
    var held = 0
    for id in ids { held += server.outputCount(id) }
    #expect(held <= 333 * 16_600)
    guard let id = server.open(now: .start) else { return }
    #expect(exchange(&server, id, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("small"))
  }

  /// All slots are taken by clients that send as much as the server takes and read nothing. They come
  /// near the bound that `Limits` states and do not exceed it; the next client gets 503, and a slot
  /// that is free again serves.
  @Test(arguments: [false, true]) func memoryBound(_ isChunked: Bool) throws {
    var router = Router()
    router.get("/*path") { _ in
      var count = 0
      var response = Response.stream(type: "text/plain") { writer in
        count += writer.write([UInt8](repeating: 1, count: min(writer.room, 999)).span)
        return count < 1 << 20 ? .more : .end
      }
      if !isChunked { response.head.length = .known(1 << 20) }
      return .respond(response)
    }
    var settings = HTTPServer.Settings()
    settings.connectionLimit = 64
    settings.memoryLimit = .max
    var server = HTTPServer(router, settings)
    let request = bytes(
      "GET \(String(repeating: "/aaaaaaaaa", count: 390)) HTTP/1.1\r\nHost: a\r\n"
        + (0..<34).map { "Field-\($0): \(String(repeating: "x", count: 100))\r\n" }.joined()
        + "\r\n")
    let ids = (0..<64).compactMap { _ in server.open(now: .start) }
    for id in ids {
      // In odd pieces, until the server takes no more.
      var position = 0
      while true {
        let piece = Array((request + request + request)[position...].prefix(333))
        let taken = server.receive(id, piece.span, now: .start)
        guard taken > 0 else { break }
        position += taken
      }
      // A client that reads a few bytes at a time makes the rest move, but not grow.
      for step in 0..<50 { server.sent(id, step % 7, now: .start) }
      #expect(server.checkInvariants() == nil)
    }
    let held = ids.map { server.heldByteCount($0) }
    let bound = settings.limits.memoryBound
    #expect(held.allSatisfy { $0 <= bound && $0 > bound * 3 / 4 }, "\(held[0]) of \(bound)")
    #expect(server.open(now: .start) == nil && server.refusedCount == 1)
    server.closed(ids[0], now: .start)
    let place = server.open(now: .start)
    let next = try #require(place)
    let answer = exchange(
      &server, next, "GET /%2f HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 404 "))
    // Between requests a connection holds little.
    server.closed(next, now: .start)
    let last = server.open(now: .start)
    let idle = try #require(last)
    _ = exchange(&server, idle, "GET /%2f HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(server.heldByteCount(idle) <= 1024 && server.disposal(idle) == .stayOpen)
  }

  /// A waiting request holds its target in its head, which the log refers to, and as a path. Both count.
  @Test func longTargetsAreCounted() throws {
    var router = Router()
    router.get("/*path") { _ in .wait { nil } }
    var settings = HTTPServer.Settings()
    settings.log = { _ in }
    var server = HTTPServer(router, settings)
    let place = server.open(now: .start)
    let id = try #require(place)
    let target = String(repeating: "/aaaaaaaaa", count: 400)
    _ = server.receive(id, bytes("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").span, now: .start)
    #expect(server.heldByteCount(id) > 2 * 4000)
    #expect(server.heldByteCount(id) <= settings.limits.memoryBound)
  }

  /// More connections than there is memory for. Together they stay within the stated bound; long heads
  /// get 503, and short requests are answered. When the connections have gone, long heads are answered
  /// again.
  @Test func shortMemory() throws {
    var router = Router()
    router.get("/") { _ in
      .respond(Response(.ok, type: "text/plain", body: [UInt8](repeating: 0x61, count: 100_000)))
    }
    router.get("/small") { _ in .text("small") }
    var settings = HTTPServer.Settings()
    settings.connectionLimit = 500
    settings.memoryLimit = 1 << 20
    #expect(
      settings.memoryBound < 7 << 20 && settings.memoryBound < 500 * settings.limits.memoryBound)
    var server = HTTPServer(router, settings)
    let fields = (0..<60).map { "Field-\($0): \(String(repeating: "x", count: 100))\r\n" }.joined()
    let long = bytes("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
    let ids = (0..<490).compactMap { _ in server.open(now: .start) }
    var most = 0
    for id in ids {
      for _ in 0..<3 { _ = server.receive(id, long.span, now: .start) }
      most = max(most, server.heldByteCount)
      #expect(server.checkInvariants() == nil)
    }
    #expect(most > 1 << 20 && most <= settings.memoryBound)
    #expect(server.heldByteCount == ids.reduce(0) { $0 + server.heldByteCount($1) })
    func begin(_ id: Int) -> String { server.withOutput(id) { text([UInt8](copying: $0)) } ?? "" }
    #expect(begin(ids[0]).hasPrefix("HTTP/1.1 200 ") && begin(ids[489]).hasPrefix("HTTP/1.1 503 "))
    #expect(begin(ids[489]).contains("\r\nRetry-After: 1\r\n"))
    #expect(server.disposal(ids[489]) == .stayOpen && server.outputCount(ids[489]) < 2048)
    // Short requests are answered, and long responses go out piece by piece.
    let place = server.open(now: .start)
    let id = try #require(place)
    #expect(exchange(&server, id, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("small"))
    _ = server.receive(id, bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n").span, now: .start)
    #expect(server.outputCount(id) <= 2048 + 256)
    #expect(flush(&server, id).utf8.count > 100_000)
    for other in ids { server.closed(other, now: .start) }
    #expect(server.checkInvariants() == nil)
    #expect(server.heldByteCount < 2048)
    #expect(exchange(&server, id, text(long)).hasPrefix("HTTP/1.1 200 "))
  }
}

/// Gives as many bytes as there is room for.
private final class SlowSource: BodySource {
  var room = 0

  override func offer(_ consume: (Span<UInt8>) -> Int) -> StreamStep {
    guard room > 0 else { return .wait }
    room -= consume([UInt8](repeating: 0x61, count: room).span)
    return .more
  }
}
