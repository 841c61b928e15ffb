// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Testing
import Time

@Suite struct ConnectionTests {
  private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func oneByteAtATime() throws {
    let connection = TestConnection()
    let request =
      "\r\nPOST /a/b?c=d HTTP/1.1\r\nHost: a:80\r\nX-Y:  z \t\r\nContent-Length: 3\r\n\r\nabc"
    var head: RequestHead?
    for byte in bytes(request) {
      connection.receive([byte])
      if let new = connection.next() {
        #expect(head == nil)
        head = new
      }
    }
    let found = try #require(head)
    #expect(found.method == .post && text(found.methodName) == "POST")
    #expect(text(found.target) == "/a/b?c=d" && text(found.rawPath) == "/a/b")
    #expect(found.rawQuery.map { text($0) } == "c=d")
    #expect(found.value("x-y").map { text($0) } == "z" && found.fieldCount == 3)
    #expect(found.framing == .length(3) && found.keepsAlive)
    #expect(connection.readBody() == (bytes("abc"), .over))
    connection.answer("hello")
    #expect(connection.flush() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    #expect(connection.machine.disposal == .stayOpen)
  }

  @Test func cutOffAtEveryByte() {
    let request = bytes(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    for count in 0..<request.count {
      let connection = TestConnection()
      connection.receive(Array(request[..<count]))
      let head = connection.next()
      connection.peerEnded()
      if head != nil {
        #expect(connection.readBody().progress == .failed)
        #expect(connection.machine.disposal == .reset)
      } else {
        #expect(connection.next() == nil)
        #expect(connection.flush().isEmpty)
        #expect(connection.machine.disposal == .close)
      }
    }
  }

  @Test func absoluteFormAndVersion() throws {
    let connection = TestConnection()
    connection.receive("GET http://host:80/x?y HTTP/1.9\r\nHost: host\r\n\r\n")
    let head = try #require(connection.next())
    #expect(text(head.rawPath) == "/x" && head.isVersion11 && head.rawQuery.map { text($0) } == "y")
    connection.answer()
    connection.receive("OPTIONS * HTTP/1.1\r\nHost: host\r\n\r\n")
    #expect(connection.next().map { text($0.target) } == "*")
    connection.answer(status: .noContent)
    #expect(!connection.flush().contains("204 No Content\r\nContent-Length"))
    connection.receive("GET http://host HTTP/1.1\r\nHost: host\r\n\r\n")
    #expect(connection.next().map { text($0.rawPath) } == "")
  }

  @Test func pipelining() {
    let connection = TestConnection()
    connection.receive(String(repeating: get, count: 5))
    for number in 0..<5 {
      #expect(connection.next() != nil)
      #expect(connection.next() == nil, "one after another")
      connection.answer("\(number)")
    }
    let answers = connection.flush()
    #expect(answers.hasSuffix("\r\n\r\n4") && answers.split(separator: "HTTP/1.1").count == 5)
    #expect(connection.next() == nil && connection.machine.disposal == .stayOpen)
  }

  @Test func pipelinedRequestsWaitForTheReader() {
    var limits = Limits()
    limits.outputBytes = 100
    let connection = TestConnection(limits)
    connection.receive(String(repeating: get, count: 100))
    var answered = 0
    while connection.next() != nil {
      connection.answer()
      answered += 1
    }
    #expect(answered < 4 && connection.machine.outputCount < 200)
    _ = connection.flush()
    #expect(connection.next() != nil)
  }

  @Test func oldVersionAndClose() {
    var connection = TestConnection()
    connection.receive("GET / HTTP/1.0\r\n\r\n")
    #expect(connection.next()?.keepsAlive == false)
    connection.answer("x")
    #expect(
      connection.flush() == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")
    #expect(connection.machine.disposal == .endOutput)
    connection.receive("ignored")
    connection.peerEnded()
    #expect(connection.machine.disposal == .close)

    connection = TestConnection()
    connection.receive("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
    #expect(connection.next()?.keepsAlive == true)
    connection.answer()
    #expect(connection.flush().contains("\r\nConnection: keep-alive\r\n"))
    connection.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: te, CLOSE\r\n\r\n")
    #expect(connection.next() != nil)
    connection.answer()
    #expect(connection.flush().contains("\r\nConnection: close\r\n"))
    #expect(connection.machine.disposal == .endOutput)
    connection.now = connection.machine.deadline
    connection.timePassed(now: connection.now)
    #expect(connection.machine.disposal == .close)
  }

  /// Up to four empty lines before a request are skipped, in pieces of any size.
  @Test(arguments: [1, 2, 3, 100], [0, 1, 4, 5, 9])
  func emptyLines(_ piece: Int, _ count: Int) {
    let connection = TestConnection()
    for _ in 0..<2 {
      let input = bytes(String(repeating: "\r\n", count: count) + get)
      for start in stride(from: 0, to: input.count, by: piece) {
        connection.receive(Array(input[start..<min(start + piece, input.count)]))
        guard start + piece < input.count else { break }
        #expect(connection.next() == nil)
      }
      #expect((connection.next() != nil) == (count <= 4))
      guard count <= 4 else {
        return #expect(connection.flush().hasPrefix("HTTP/1.1 400 "))
      }
      connection.answer()
      _ = connection.flush()
    }
  }

  @Test func chunkedBothWays() {
    let connection = TestConnection()
    connection.receive(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "4;x=\"y\"\r\nWiki\r\n005;z\r\npedia\r\n0\r\nA: b\r\nC:\r\n\r\n" + get)
    #expect(connection.next() != nil)
    #expect(connection.readBody() == (bytes("Wikipedia"), .over))
    connection.machine.respond(ResponseHead(.ok, length: .unknown), now: .start)
    #expect(connection.write(bytes("0123456789abcdefg"), now: .start) == 17)
    #expect(connection.write(bytes("h"), now: .start) == 1)
    connection.machine.finish(now: .start)
    #expect(
      connection.flush()
        == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "11\r\n0123456789abcdefg\r\n1\r\nh\r\n0\r\n\r\n")
    #expect(connection.next() != nil, "the request behind the body")
  }

  @Test func unknownLengthInOldVersion() {
    let connection = TestConnection()
    connection.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(connection.next() != nil)
    connection.machine.respond(ResponseHead(.ok, length: .unknown), now: .start)
    _ = connection.write(bytes("abc"), now: .start)
    connection.machine.finish(now: .start)
    #expect(connection.flush() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")
    #expect(connection.machine.disposal == .endOutput)
  }

  @Test func headHasNoBody() {
    let connection = TestConnection()
    connection.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get)
    #expect(connection.next()?.method == .head)
    connection.answer("hello")
    #expect(connection.flush() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    #expect(connection.next()?.method == .get)
    connection.answer(status: .notModified)
    #expect(connection.flush() == "HTTP/1.1 304 Not Modified\r\n\r\n")
  }

  @Test func expectContinue() {
    let request = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
    var connection = TestConnection()
    connection.receive(request)
    #expect(connection.next()?.expectsContinue == true)
    #expect(connection.readBody() == ([], .waiting))
    #expect(connection.flush() == "HTTP/1.1 100 Continue\r\n\r\n")
    #expect(connection.readBody() == ([], .waiting))
    #expect(connection.flush().isEmpty, "once")
    connection.receive("abc")
    #expect(connection.readBody() == (bytes("abc"), .over))
    connection.answer()
    #expect(connection.machine.disposal == .stayOpen)

    // Refused without reading the body: what follows could be the body or the next request.
    connection = TestConnection()
    connection.receive(request)
    _ = connection.next()
    connection.answer(status: .contentTooLarge)
    #expect(connection.flush().contains("Connection: close"))
    connection.receive("GET")
    #expect(connection.machine.disposal == .endOutput && connection.next() == nil)

    // The client sent the body without waiting.
    connection = TestConnection()
    connection.receive(request + "abc")
    _ = connection.next()
    #expect(connection.readBody() == (bytes("abc"), .over))
    #expect(connection.flush().isEmpty)
  }

  @Test func unreadBodies() {
    var limits = Limits()
    limits.discardBytes = 10
    var connection = TestConnection(limits)
    connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234")
    _ = connection.next()
    connection.answer()
    #expect(connection.next() == nil)
    connection.receive("56789" + get)
    #expect(connection.next()?.method == .get)
    connection.answer()
    _ = connection.flush()
    connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n")
    _ = connection.next()
    connection.answer()
    #expect(connection.flush().contains("Connection: close"))
    #expect(connection.machine.disposal == .endOutput)

    connection = TestConnection(limits)
    connection.receive(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"
    )
    _ = connection.next()
    connection.answer()
    _ = connection.flush()
    #expect(connection.machine.disposal == .endOutput)
  }

  @Test func limits() {
    var limits = Limits()
    limits.requestLineBytes = 100
    limits.headBytes = 400
    limits.fieldCount = 4
    limits.bodyBytes = 8
    limits.requestCount = 2
    func status(_ request: String) -> String {
      let connection = TestConnection(limits)
      connection.receive(request)
      if connection.next() != nil {
        return connection.readBody().progress == .failed ? connection.flush() : "ok"
      }
      return connection.flush()
    }
    let long = String(repeating: "a", count: 90)
    #expect(status("GET /\(long)aa HTTP/1.1").hasPrefix("HTTP/1.1 414"))
    #expect(status("GET /\(String(repeating: "a", count: 85)) HTTP/1.1\r\nHost: a\r\n\r\n") == "ok")
    #expect(
      status("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 4)).hasPrefix(
        "HTTP/1.1 431"))
    #expect(
      status("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 3) + "\r\n")
        == "ok")
    #expect(
      status("GET / HTTP/1.1\r\nHost: \(long)\(long)\(long)\(long)\(long)").hasPrefix(
        "HTTP/1.1 431"))
    #expect(
      status("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n").hasPrefix("HTTP/1.1 413"))
    #expect(
      status("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n5\r\n")
        .hasPrefix("HTTP/1.1 413"))
    #expect(status("\r\n\r\n\r\n\r\n\r\n").hasPrefix("HTTP/1.1 400"))

    let connection = TestConnection(limits)
    connection.receive(get + get)
    _ = connection.next()
    connection.answer()
    _ = connection.next()
    connection.answer()
    #expect(
      connection.flush().contains("Connection: close") && connection.machine.disposal == .endOutput)
  }

  @Test func brokenPromises() {
    var connection = TestConnection()
    connection.receive(get)
    _ = connection.next()
    connection.machine.respond(ResponseHead(.ok, length: .known(5)), now: .start)
    #expect(
      connection.write(bytes("abcdefgh"), now: .start) == 5, "never more than the stated length")
    #expect(!connection.machine.wantsBody)
    connection.machine.finish(now: .start)
    #expect(connection.machine.disposal == .stayOpen)
    connection.receive(get)
    _ = connection.next()
    connection.machine.respond(ResponseHead(.ok, length: .known(5)), now: .start)
    _ = connection.write(bytes("abc"), now: .start)
    connection.machine.finish(now: .start)
    #expect(connection.machine.disposal == .reset)

    connection = TestConnection()
    connection.receive(get)
    _ = connection.next()
    connection.machine.finish(now: .start)
    #expect(connection.flush().hasPrefix("HTTP/1.1 500 "), "a handler that never answered")
  }

  @Test func fieldsCannotBreakOut() {
    var head = ResponseHead(.found)
    head.add("Location", bytes("/a\r\nSet-Cookie: b\u{0}").span)
    let connection = TestConnection()
    connection.receive(get)
    _ = connection.next()
    connection.machine.respond(head, date: 0, now: .start)
    connection.machine.finish(now: .start)
    #expect(
      connection.flush()
        == "HTTP/1.1 302 Found\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 0\r\n"
        + "Location: /a  Set-Cookie: b \r\n\r\n")
  }

  @Test func directBody() {
    let connection = TestConnection()
    connection.receive(get)
    _ = connection.next()
    connection.machine.respond(ResponseHead(.ok, length: .known(1000)), now: .start)
    #expect(connection.machine.directRoom == 0, "only after the head")
    _ = connection.flush()
    #expect(connection.machine.directRoom == 1000)
    connection.machine.wroteDirectly(600, now: connection.now)
    connection.machine.setDirectlyBlocked(true, now: connection.now)
    #expect(connection.machine.deadline == connection.now + Limits().stallTime)
    connection.machine.wroteDirectly(400, now: connection.now)
    #expect(connection.machine.directRoom == 0)
    connection.machine.finish(now: connection.now)
    #expect(
      connection.machine.disposal == .stayOpen && connection.machine.deadline > connection.now)
  }
}
