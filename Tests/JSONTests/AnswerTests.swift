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
  private func answer(_ body: String, type: String? = "application/json") -> String {
    var server = HTTPServer(Register().routes)
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
}
