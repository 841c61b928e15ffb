// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import JSON
import Testing
import Time
import Web

/// The example of docs/json.md, as a server runs it.
struct AnswerTests {
  private func answer(
    _ body: String, type: String? = "application/json", from router: Router = Register().routes
  ) -> String {
    var server = HTTPServer(router)
    guard let index = server.open(now: .start) else { return "" }
    let field = type.map { "Content-Type: \($0)\r\n" } ?? ""
    let request =
      "POST /people HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    _ = server.receive(index, Array(request.utf8).span, now: .start)
    return server.withOutput(index) { String(decoding: [UInt8](copying: $0), as: UTF8.self) } ?? ""
  }

  @Test func aValueInAndOut() {
    for type in [
      "application/json", "Application/JSON; charset=utf-8", "application/json ;x", "a/b+json",
    ] {
      let answer = answer(#"{"name":"Ada","age":36}"#, type: type)
      #expect(answer.hasPrefix("HTTP/1.1 201 "))
      #expect(answer.contains("\r\nContent-Type: application/json\r\n"))
      #expect(answer.hasSuffix("\r\n\r\n" + #"{"name":"Ada","age":36}"#))
    }
  }

  @Test func whatIsWrongIsSaid() {
    for (body, type, status, end) in [
      ("{}", nil, 415, "Send the body with Content-Type: application/json.\n"),
      ("{}", "text/plain", 415, "\n"), ("{}", "application/jsonx", 415, "\n"),
      (
        "{\"name\":}", "application/json", 400,
        #"{"error":"unexpected '}'","offset":8,"path":"$.name"}"#
      ),
      (
        "", "application/json", 400,
        #"{"error":"the text ends within a value","offset":0,"path":"$"}"#
      ),
      (
        "{\"name\":\"Ada\",\"age\":-1}", "application/json", 422,
        #"{"error":"the number is out of range","offset":20,"path":"$.age"}"#
      ),
      (
        "[]", "application/json", 422,
        #"{"error":"expected an object, found an array","offset":0,"path":"$"}"#
      ),
      (String(repeating: " ", count: 1001), "application/json", 413, "\n"),
    ] as [(String, String?, Int, String)] {
      let answer = answer(body, type: type)
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(body.prefix(30)): \(answer)")
      #expect(answer.hasSuffix(end), "\(answer)")
    }
  }

  private struct Tree: JSONDecodable {
    var children: [Tree]
    init(json: JSONValue) throws(JSONError) { children = try json.value() }
  }

  /// Each level of a type that contains itself takes stack.
  @Test func typesAreReadToALimitedDepth() {
    var router = Router()
    router.post("/people") { request in
      request.json { (tree: Tree) in .text("\(tree.children.count)") }
    }
    for (depth, status) in [(16, 200), (17, 400), (128, 400)] {
      let body = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      #expect(answer(body, from: router).hasPrefix("HTTP/1.1 \(status) "), "\(depth)")
      let tree = try? Tree(parsingJSON: Array(body.utf8))
      #expect((tree != nil) == (status == 200))
    }
  }

  /// Bodies that arrive at the same time share the server's memory for them.
  @Test func bodiesTakeNoMoreThanTheBudget() {
    var budget: MemoryBudget?
    var router = Router()
    router.post("/") { request in
      budget = request.bodyMemory
      return request.json { (_: JSONValue) in .status(.ok) }
    }
    var server = HTTPServer(router)
    let body = "\"" + String(repeating: "x", count: 65_000) + "\""
    let request =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    let connections = (0..<100).compactMap { _ in server.open(now: .start) }
    func send(_ index: Int, _ bytes: some Collection<UInt8>) {
      var rest = Array(bytes)
      while !rest.isEmpty {
        let taken = server.receive(index, rest.span, now: .start)
        guard taken > 0 else { return }
        rest.removeFirst(taken)
      }
    }
    for index in connections {
      send(index, request.utf8.dropLast())
      #expect(budget?.heldByteCount ?? .max <= 2 << 20)
    }
    var answers: [String: Int] = [:]
    for index in connections {
      send(index, request.utf8.suffix(1))
      let text = server.withOutput(index) { String(decoding: [UInt8](copying: $0), as: UTF8.self) }
      answers[String(text?.prefix(12) ?? ""), default: 0] += 1
      server.closed(index, now: .start)
    }
    #expect(Set(answers.keys) == ["HTTP/1.1 200", "HTTP/1.1 503"])
    #expect(answers["HTTP/1.1 200"] ?? 0 >= 28)
    #expect(budget?.heldByteCount == 0)
  }
}
