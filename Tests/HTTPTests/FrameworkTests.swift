// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing

@Suite struct FrameworkTests {
  private final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
  }

  private func exchange(_ server: inout Server, _ id: Int, _ request: String) -> String {
    _ = server.receive(id, bytes(request).span, now: 0)
    return flush(&server, id)
  }

  private func flush(_ server: inout Server, _ id: Int) -> String {
    var all: [UInt8] = []
    while let output = server.withOutput(id, { [UInt8](copying: $0) }), !output.isEmpty {
      all += output
      server.sent(id, output.count, now: 0)
    }
    return text(all)
  }

  private func body(_ router: Router, _ target: String, method: String = "GET") -> String {
    var server = Server(router)
    guard let id = server.open(now: 0) else { return "" }
    let answer = exchange(
      &server, id, "\(method) \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let status = answer.dropFirst(9).prefix(3)
    return status + " " + (answer.split(separator: "\r\n\r\n").dropFirst().first ?? "")
  }

  @Test func routes() {
    var router = Router()
    router.get("/") { _ in .text("root") }
    router.get("/hello/:name") { request in .html(request.capture("name") ?? []) }
    router.get("/hello/:name/:what") { request in
      .html((request.capture("what") ?? []) + (request.query("q") ?? []))
    }
    router.get("/files/*path") { request in .html(request.capture("path") ?? []) }
    router.put("/files/:name") { _ in .status(.created) }
    router.get("/dir/") { _ in .text("directory") }
    #expect(body(router, "/") == "200 root")
    #expect(body(router, "/hello/W%C3%B6rld") == "200 W\u{f6}rld")
    #expect(body(router, "/hello/a/b?p=1&q=x+%2b%3D&q=2") == "200 bx +=")
    #expect(body(router, "/hello/a/b?q=%zz") == "200 b")
    #expect(body(router, "/hello/") == "404 404 Not Found\n")
    #expect(body(router, "/files/a/b/c.txt") == "200 a/b/c.txt")
    #expect(body(router, "/files/a/../b") == "404 404 Not Found\n")
    #expect(body(router, "/%zz") == "400 400 Bad Request\n")
    #expect(body(router, "/files/x", method: "PUT") == "201 201 Created\n")
    #expect(body(router, "/files/x", method: "DELETE").hasPrefix("405 "))
    #expect(body(router, "/dir/") == "200 directory" && body(router, "/dir").hasPrefix("404"))
    #expect(body(router, "*", method: "OPTIONS") == "204 ")
    #expect(body(router, "/", method: "HEAD") == "200 ")
    var server = Server(router)
    guard let id = server.open(now: 0) else { return }
    let refused = exchange(&server, id, "POST /files/x HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(refused.contains("\r\nAllow: GET, HEAD, PUT\r\n"))
  }

  /// 501 for methods that nobody here knows, 405 with those that there are for others (RFC 9110
  /// section 9.1).
  @Test func methods() {
    var router = Router()
    router.get("/") { _ in .text("root") }
    router.put("/a") { _ in .status(.created) }
    func answer(_ method: String, _ target: String = "/") -> String {
      var server = Server(router)
      guard let id = server.open(now: 0) else { return "" }
      return exchange(&server, id, "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
    }
    for method in [
      "get", "Get", "GETX", "GE", "PROPFIND", "BREW", "M-SEARCH", "X", "!#$%&'*+-.^_`|~",
    ] {
      for target in ["/", "/a", "/none", "/../x", "/%zz", "http://a"] {
        #expect(answer(method, target).hasPrefix("HTTP/1.1 501 Not Implemented\r\n"), "\(method)")
      }
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"] {
      let refused = answer(method)
      #expect(refused.hasPrefix("HTTP/1.1 405 "), "\(method)")
      #expect(refused.contains("\r\nAllow: GET, HEAD\r\n"), "\(method)")
      #expect(answer(method, "/none").hasPrefix("HTTP/1.1 404 "), "\(method)")
    }
    #expect(answer("CONNECT", "a:443").contains("\r\nAllow: GET, HEAD\r\n"))
    #expect(answer("GET", "/a").contains("\r\nAllow: PUT\r\n"))
    // Whoever has a route for other methods answers them.
    router.add(.other, "/a") { request in .html([UInt8](copying: request.head.methodName.span)) }
    #expect(answer("BREW", "/a").hasSuffix("\r\n\r\nBREW"))
    #expect(answer("GET", "/a").contains("\r\nAllow: PUT\r\n"))
    #expect(answer("BREW").hasPrefix("HTTP/1.1 405 "))
  }

  /// What the router has no route for, and what can be no file, goes to one handler.
  @Test func notFound() {
    var router = Router()
    router.get("/a") { _ in .text("a") }
    router.notFound { request in
      .html((request.path == .nowhere ? bytes("nowhere ") : request.path.bytes) + bytes("!"))
    }
    #expect(body(router, "/b/c") == "200 /b/c!" && body(router, "/a") == "200 a")
    for target in [
      "/..", "/a/%2e%2e/b", "/a%2fb", "/%00", "/\\", "/" + String(repeating: "a", count: 256),
    ] {
      #expect(body(router, target) == "200 nowhere !", "\(target)")
      #expect(body(router, target, method: "POST") == "200 nowhere !", "\(target)")
    }
    #expect(body(router, "/a", method: "POST").hasPrefix("405 "))
    #expect(body(router, "/%zz") == "400 400 Bad Request\n")
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
    var server = Server(router)
    guard let id = server.open(now: 0) else { return }
    _ = server.receive(id, bytes("GET /count HTTP/1.0\r\n\r\n").span, now: 0)
    #expect(server.outputCount(id) <= 16_400, "no more than fits is made")
    let answer = flush(&server, id)
    #expect(answer.hasSuffix("\r\n\r\n" + (0..<10_000).map { "\($0)\n" }.joined()))
    guard let other = server.open(now: 0) else { return }
    _ = exchange(&server, other, "GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(server.disposal(other) == .reset)
    guard let third = server.open(now: 0) else { return }
    _ = exchange(&server, third, "GET /lazy HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(server.disposal(third) == .stayOpen)
  }

  @Test func waiting() {
    let ready = Box(false)
    var router = Router()
    router.get("/slow") { _ in .wait { ready.value ? .text("done") : nil } }
    var server = Server(router)
    guard let id = server.open(now: 0) else { return }
    #expect(exchange(&server, id, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").isEmpty)
    server.wake(now: 0)
    #expect(server.nextChanged() == id && flush(&server, id).isEmpty)
    ready.value = true
    server.wake(now: 0)
    #expect(server.nextChanged() == id && flush(&server, id).hasSuffix("\r\n\r\ndone"))
    server.wake(now: 0)
    #expect(server.nextChanged() == nil)
  }

  /// A handler that never has an answer, whose client gets 504 in time; and the next one's still comes.
  @Test func waitingForEver() throws {
    var router = Router()
    router.get("/never") { _ in .wait { nil } }
    router.get("/") { _ in .text("here") }
    var server = Server(router)
    let opened = server.open(now: 0)
    let id = try #require(opened)
    #expect(exchange(&server, id, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n") == "")
    let end = Limits().answerTime
    let deadline = server.deadline
    #expect(deadline <= end)
    server.timePassed(now: end - 1)
    server.wake(id, now: end - 1)
    #expect(flush(&server, id) == "" && server.deadline <= end)
    server.timePassed(now: end)
    #expect(server.nextChanged() == id)
    #expect(flush(&server, id).hasPrefix("HTTP/1.1 504 "))
    #expect(exchange(&server, id, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
  }

  @Test func uploads() {
    let received = Box<[UInt8]>([])
    var router = Router()
    router.post("/") { _ in
      .receive(limit: 10, each: { received.value.append(copying: $0) }, then: { .status(.created) })
    }
    var server = Server(router)
    guard let id = server.open(now: 0) else { return }
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(exchange(&server, id, head + "3\r\nabc\r\n").hasPrefix("HTTP/1.1 100 ") == false)
    #expect(exchange(&server, id, "2\r\nde\r\n0\r\n\r\n").hasPrefix("HTTP/1.1 201 "))
    #expect(received.value == bytes("abcde"))
    let large = exchange(
      &server, id, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890")
    #expect(large.hasPrefix("HTTP/1.1 413 "))
    guard let other = server.open(now: 0) else { return }
    #expect(exchange(&server, other, head + "x\r\n").hasPrefix("HTTP/1.1 400 "))
    #expect(server.disposal(other) == .endOutput)
  }

  @Test func places() {
    var settings = Server.Settings()
    settings.connectionLimit = 3
    var server = Server(Router(), settings)
    #expect((0..<3).compactMap { _ in server.open(now: 0) } == [0, 1, 2])
    #expect(server.open(now: 0) == nil && server.refusedCount == 1)
    #expect(text([UInt8](Server.busyAnswer)).hasPrefix("HTTP/1.1 503 "))
    server.close(1)
    server.close(1)
    server.close(99)
    #expect(server.connectionCount == 2 && server.open(now: 0) == 1)
    #expect(server.deadline == settings.limits.idleTime)
    server.timePassed(now: server.deadline)
    var ended: Set<Int> = []
    while let id = server.nextChanged() {
      #expect(server.disposal(id) == .endOutput)
      ended.insert(id)
    }
    #expect(ended == [0, 1, 2])
  }

  @Test func accessLog() {
    let lines = Box<[String]>([])
    var settings = Server.Settings()
    settings.log = { lines.value.append(text($0.line)) }
    settings.date = { 0 }
    var router = Router()
    router.get("/*path") { _ in .text("hello") }
    var server = Server(router, settings)
    guard let id = server.open(now: 0) else { return }
    let answer = exchange(&server, id, "GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(answer.contains("\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"))
    _ = exchange(&server, id, "GET /%1b[2J HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(
      lines.value == [
        "GET /a?b=c 200 \(answer.utf8.count) B 0 ms", "GET /%1b[2J 200 \(answer.utf8.count) B 0 ms",
      ])
  }

  /// A thousand connections that do nothing, send half a head, or never read: what they hold is
  /// bounded, and others are served meanwhile.
  @Test func crowds() {
    var router = Router()
    router.get("/") { _ in
      .respond(Response(.ok, type: "text/plain", body: [UInt8](repeating: 1, count: 100_000)))
    }
    router.get("/small") { _ in .text("small") }
    var server = Server(router)
    let ids = (0..<1000).compactMap { _ in server.open(now: 0) }
    for (number, id) in ids.enumerated() where number % 3 > 0 {
      let request = "GET / HTTP/1.1\r\nHost: a\r\n"
      _ = server.receive(id, bytes(number % 3 == 1 ? request : request + "\r\n").span, now: 0)
    }
    var held = 0
    for id in ids { held += server.outputCount(id) }
    #expect(held <= 333 * 16_600)
    guard let id = server.open(now: 0) else { return }
    #expect(exchange(&server, id, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("small"))
  }

  /// Every place taken by somebody who sends as much as is taken and reads nothing: the bound that
  /// `Limits` states is nearly reached and not passed, the next one gets 503, and a place that is
  /// free again serves.
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
    var settings = Server.Settings()
    settings.connectionLimit = 64
    settings.memoryLimit = .max
    var server = Server(router, settings)
    let request = bytes(
      "GET \(String(repeating: "/aaaaaaaaa", count: 390)) HTTP/1.1\r\nHost: a\r\n"
        + (0..<34).map { "Field-\($0): \(String(repeating: "x", count: 100))\r\n" }.joined()
        + "\r\n")
    let ids = (0..<64).compactMap { _ in server.open(now: 0) }
    for id in ids {
      // In odd pieces, until nothing is taken any more.
      var position = 0
      while true {
        let piece = Array((request + request + request)[position...].prefix(333))
        let taken = server.receive(id, piece.span, now: 0)
        guard taken > 0 else { break }
        position += taken
      }
      // A reader who takes a byte now and then moves what is left, and does not add to it.
      for step in 0..<50 { server.sent(id, step % 7, now: 0) }
    }
    let held = ids.map { server.heldByteCount($0) }
    let bound = settings.limits.memoryBound
    #expect(held.allSatisfy { $0 <= bound && $0 > bound * 3 / 4 }, "\(held[0]) of \(bound)")
    #expect(server.open(now: 0) == nil && server.refusedCount == 1)
    server.close(ids[0])
    let place = server.open(now: 0)
    let next = try #require(place)
    let answer = exchange(
      &server, next, "GET /%2f HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 404 "))
    // Between requests little is held.
    server.close(next)
    let last = server.open(now: 0)
    let idle = try #require(last)
    _ = exchange(&server, idle, "GET /%2f HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(server.heldByteCount(idle) <= 1024 && server.disposal(idle) == .stayOpen)
  }

  /// A request that waits holds its target twice, in its head and as a path, and a piece of it for the log: what is
  /// counted has both.
  @Test func longTargetsAreCounted() throws {
    var router = Router()
    router.get("/*path") { _ in .wait { nil } }
    var settings = Server.Settings()
    settings.log = { _ in }
    var server = Server(router, settings)
    let place = server.open(now: 0)
    let id = try #require(place)
    let target = String(repeating: "/aaaaaaaaa", count: 400)
    _ = server.receive(id, bytes("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").span, now: 0)
    #expect(server.heldByteCount(id) > 2 * 4000 + 200)
    #expect(server.heldByteCount(id) <= settings.limits.memoryBound)
  }

  /// More connections than there is memory for all at once: what all of them hold stays within what
  /// is stated, long heads get 503 and short requests are answered; when some have gone, all is well.
  @Test func shortMemory() throws {
    var router = Router()
    router.get("/") { _ in
      .respond(Response(.ok, type: "text/plain", body: [UInt8](repeating: 0x61, count: 100_000)))
    }
    router.get("/small") { _ in .text("small") }
    var settings = Server.Settings()
    settings.connectionLimit = 500
    settings.memoryLimit = 1 << 20
    #expect(
      settings.memoryBound < 7 << 20 && settings.memoryBound < 500 * settings.limits.memoryBound)
    var server = Server(router, settings)
    let fields = (0..<60).map { "Field-\($0): \(String(repeating: "x", count: 100))\r\n" }.joined()
    let long = bytes("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
    let ids = (0..<490).compactMap { _ in server.open(now: 0) }
    var most = 0
    for id in ids {
      for _ in 0..<3 { _ = server.receive(id, long.span, now: 0) }
      most = max(most, server.heldByteCount)
    }
    #expect(most > 1 << 20 && most <= settings.memoryBound)
    #expect(server.heldByteCount == ids.reduce(0) { $0 + server.heldByteCount($1) })
    func begin(_ id: Int) -> String { server.withOutput(id) { text([UInt8](copying: $0)) } ?? "" }
    #expect(begin(ids[0]).hasPrefix("HTTP/1.1 200 ") && begin(ids[489]).hasPrefix("HTTP/1.1 503 "))
    #expect(server.disposal(ids[489]) == .stayOpen && server.outputCount(ids[489]) < 2048)
    // Short requests go on, and so do long answers, piece by piece.
    let place = server.open(now: 0)
    let id = try #require(place)
    #expect(exchange(&server, id, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("small"))
    _ = server.receive(id, bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n").span, now: 0)
    #expect(server.outputCount(id) <= 2048 + 256)
    #expect(flush(&server, id).utf8.count > 100_000)
    for other in ids { server.close(other) }
    #expect(server.heldByteCount < 2048)
    #expect(exchange(&server, id, text(long)).hasPrefix("HTTP/1.1 200 "))
  }
}
