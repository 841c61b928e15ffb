// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Web

@testable import WebTesting

@Suite struct WebTesterTests {
  private func routes() -> Router {
    var router = Router()
    router.get("/") { _ in .text("Hello World!\n") }
    router.get("/stream") { _ in
      var left = 3
      return .respond(
        .stream(type: "text/plain") { writer in
          guard left > 0 else { return .end }
          _ = writer.write(Array("piece \(left)\n".utf8).span)
          left -= 1
          return .more
        })
    }
    router.get("/never") { _ in .wait { nil } }
    router.post("/length") { _ in
      var count = 0
      return .receive(limit: 100_000, each: { count += $0.count }) {
        .html(Array("\(count)".utf8))
      }
    }
    return router
  }

  @Test func readsTextAndFields() {
    let response = WebTester(routes()).get("/")
    #expect(response.status == 200)
    #expect(response.text == "Hello World!\n")
    #expect(response["content-type"] == "text/plain; charset=utf-8")
    #expect(response.isComplete)
  }

  @Test func joinsChunks() {
    let response = WebTester(routes()).get("/stream")
    #expect(response.text == "piece 3\npiece 2\npiece 1\n")
    #expect(response.isComplete)
  }

  @Test func headHasNoBody() {
    let response = WebTester(routes()).send("HEAD", "/")
    #expect(response["Content-Length"] == "13")
    #expect(response.body.isEmpty && response.isComplete)
  }

  @Test func sendsBodies() {
    let body = [UInt8](repeating: 65, count: 90_000)
    #expect(WebTester(routes()).send("POST", "/length", body: body).text == "90000")
    #expect(WebTester(routes()).send("POST", "/length", body: body + body).status == 413)
  }

  @Test func waitsInItsOwnTime() {
    #expect(WebTester(routes()).get("/never").status == 504)
    let impatient = WebTester(routes()).send("GET", "/never", patience: .seconds(1))
    #expect(impatient.status == 0)
  }

  @Test func unknownPathsAreNotFound() {
    let tester = WebTester(routes())
    #expect(tester.get("/other").status == 404)
    #expect(tester.post("/").status == 405)
  }

  @Test func cutResponsesAreIncomplete() {
    let whole = Array(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8)
    #expect(WebResponse(whole, isHead: false).text == "abc")
    for count in 0..<whole.count {
      #expect(!WebResponse(Array(whole[..<count]), isHead: false).isComplete)
    }
  }
}
