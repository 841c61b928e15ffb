// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Multipart
import TestSupport
import Testing
import Time
import Web
import WebTesting

/// The examples of docs/multipart.md, as a server runs them.
@Suite struct AnswerTests {
  private func post(
    _ router: Router, _ target: String, _ body: [UInt8],
    type: String? = "multipart/form-data; boundary=b"
  ) -> WebResponse {
    let fields = type.map { [("Content-Type", $0)] } ?? []
    return WebTester(router).send("POST", target, fields: fields, body: body)
  }

  private static func file(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    Array("--b\r\nContent-Disposition: form-data; name=f; filename=\"\(name)\"\r\n\r\n".utf8)
      + contents
      + Array("\r\n".utf8)
  }

  private static let end = Array("--b--\r\n".utf8)

  @Test func filesAreHandledAsTheyArrive() {
    var random = SeededGenerator(seed: 1)
    let routes = Uploads().routes
    let body = Self.file("a", random.bytes(200_000)) + Self.file("b", []) + Self.end
    for expected in ["2 files\n", "4 files\n"] {
      let response = post(routes, "/uploads", body)
      #expect(response.status == 201)
      #expect(response.text == expected)
    }
    for golden in GoldenBody.all {
      let response = post(routes, "/uploads", golden.body, type: golden.type)
      #expect(response.status == 201, "\(golden.client)")
    }
  }

  @Test func whatIsWrongIsSaid() {
    let routes = Uploads().routes
    for (body, type, status, text) in [
      (field("v"), nil, 415, "send exactly one Content-Type\n"),
      (field("v"), "text/plain", 415, "send the body with Content-Type: multipart/form-data\n"),
      (field("v"), "multipart/form-data", 400, "the Content-Type has no parameter boundary\n"),
      (
        field("v"), "multipart/form-data; boundary=b; boundary=c", 400,
        "a parameter is given twice, or in parts; give it once\n"
      ),
      (
        field("v"), "multipart/form-data; boundary=c", 400,
        "byte 59: no line has -- and the boundary; lines end with CR LF\n"
      ),
      (
        headers("x: y"), "multipart/form-data; boundary=b", 400,
        "part 1, byte 13: a part needs exactly one Content-Disposition\n"
      ),
    ] as [([UInt8], String?, Int, String)] {
      let response = post(routes, "/uploads", body, type: type)
      #expect(response.status == status)
      #expect(response.text == text)
    }
  }

  /// An error ends the request before the rest of its body has come.
  @Test func errorsAreAnsweredAtOnce() {
    let start =
      "POST /uploads HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    for (body, status) in [
      ("--b\r\nx\r\n", 400), (String(repeating: "x", count: 2000), 400),
      (String(decoding: Self.file("a", []), as: UTF8.self), 0),
    ] {
      var server = HTTPServer(Uploads().routes)
      guard let index = server.open(now: .start) else { return }
      let request = Array("\(start)Content-Length: 1000000\r\n\r\n\(body)".utf8)
      _ = server.receive(index, request.span, now: .start)
      let answer = server.withOutput(index) {
        String(decoding: [UInt8](copying: $0), as: UTF8.self)
      }
      let found = answer ?? ""
      #expect(status == 0 ? found.isEmpty : found.hasPrefix("HTTP/1.1 \(status) "))
    }
    // One part too many is refused by the handler.
    let files = Array(repeating: Self.file("a", []), count: 101).joined()
    #expect(post(Uploads().routes, "/uploads", Array(files) + Self.end).status == 503)
  }

  /// A handler that takes a few bytes at a time gets all of them, and is offered no more than the connection holds.
  @Test func handlersThatTakeLittle() {
    var random = SeededGenerator(seed: 2)
    let contents = random.bytes(50_000)
    var (received, largest, ends) = ([UInt8](), 0, 0)
    var router = Router()
    router.post("/") { request in
      request.multipart { part in
        .receive(
          take: { bytes in
            largest = max(largest, bytes.count)
            let count = min(random.below(900), bytes.count)
            received.append(copying: bytes.extracting(0..<count))
            return count
          }, end: { ends += 1 })
      } then: {
        .text("\(received.count)")
      }
    }
    let response = post(router, "/", Self.file("a", contents) + Self.end)
    #expect(response.text == "50000")
    #expect(received == contents)
    #expect(ends == 1)
    #expect(largest <= Limits().headBytes)
  }

  @Test func shortForms() {
    var router = Router()
    addGreeting(to: &router)
    let field = { (name: String, value: String) in
      Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
    }
    let likes = field("likes", "tea") + field("likes", "café")
    let form = field("name", "Ada") + likes + Self.file("", [])
    let hello = "Hello Ada, who likes tea, café. Your photo has 0 bytes.\n"
    #expect(post(router, "/greeting", form + Self.end).text == hello)
    #expect(post(router, "/greeting", likes + Self.end).status == 400)
    #expect(post(router, "/greeting", Self.end).text == "Who are you?\n")
    let long = field("name", String(repeating: "x", count: 64 << 10))
    #expect(post(router, "/greeting", long + Self.end).status == 413)
    let many = Array((0..<101).map { field("f\($0)", "") }.joined())
    #expect(post(router, "/greeting", many + Self.end).status == 400)
  }

  /// Forms that arrive at the same time share the server's memory for them.
  @Test func formsTakeNoMoreThanTheBudget() {
    var budget: MemoryBudget?
    var router = Router()
    router.post("/") { request in
      budget = request.bodyMemory
      return request.form { _ in .status(.ok) }
    }
    var server = HTTPServer(router)
    let body = field(String(repeating: "x", count: 60_000))
    let request =
      Array(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: \(body.count)\r\n\r\n"
          .utf8) + body
    let connections = (0..<100).compactMap { _ in server.open(now: .start) }
    func send(_ index: Int, _ bytes: ArraySlice<UInt8>) {
      var rest = Array(bytes)
      while !rest.isEmpty {
        let taken = server.receive(index, rest.span, now: .start)
        guard taken > 0 else { return }
        rest.removeFirst(taken)
      }
    }
    for index in connections {
      send(index, request.dropLast())
      #expect(budget?.heldByteCount ?? .max <= 2 << 20)
    }
    var answers: [String: Int] = [:]
    for index in connections {
      send(index, request.suffix(1))
      let text = server.withOutput(index) { String(decoding: [UInt8](copying: $0), as: UTF8.self) }
      answers[String(text?.prefix(12) ?? ""), default: 0] += 1
      server.closed(index, now: .start)
    }
    #expect(Set(answers.keys) == ["HTTP/1.1 200", "HTTP/1.1 503"])
    #expect(answers["HTTP/1.1 200"] ?? 0 >= 14)
    #expect(budget?.heldByteCount == 0)
  }

  @Test func exchangesReadParts() {
    var router = Router()
    addInventory(to: &router)
    let files = Self.file("a", [UInt8](repeating: 13, count: 100_000)) + Self.file("b", [])
    let response = post(router, "/inventory", files + Self.end)
    #expect(response.status == 200)
    #expect(response.text == "100000 bytes\n0 bytes\n")
    // Before the response has begun, and after.
    let early = post(router, "/inventory", Array("--b\r\n\r\n".utf8))
    #expect(early.status == 400)
    #expect(early.text == "part 1, byte 7: a part needs exactly one Content-Disposition\n")
    #expect(!post(router, "/inventory", files).isComplete)
    #expect(post(router, "/inventory", field("v"), type: "text/plain").status == 415)
  }
}
