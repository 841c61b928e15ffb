// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing

private enum Size: UInt8, RouteValue { case small = 1, large = 2 }

/// The status and the body of the answer to a request.
func ask(_ router: Router, _ target: String, method: String = "GET") -> String {
  let answer = askWhole(router, target, method: method)
  return answer.dropFirst(9).prefix(3) + " "
    + (answer.split(separator: "\r\n\r\n").dropFirst().first ?? "")
}

/// The whole answer to a request.
func askWhole(_ router: Router, _ target: String, method: String = "GET") -> String {
  var server = HTTPServer(router)
  guard let id = server.open(now: .start) else { return "" }
  return exchange(
    &server, id, "\(method) \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
}

@Suite struct TypedRouteTests {
  private let missing = "404 404 Not Found\n"
  private let bad = "400 400 Bad Request\n"

  @Test func values() {
    var router = Router()
    router.get("/int/:n") { (_, n: Int) in "\(n)" }
    router.get("/small/:n") { (_, n: Int8) in "\(n)" }
    router.get("/byte/:n") { (_, n: UInt8) in "\(n)" }
    router.get("/wide/:n") { (_, n: UInt64) in "\(n)" }
    router.get("/bool/:b") { (_, b: Bool) in "\(b)" }
    router.get("/text/:t") { (_, t: String) in t }
    router.get("/bytes/*all") { (_, b: [UInt8]) in "\(b)" }
    router.get("/colour/:c/:s") { (_, c: Colour, s: Size) in "\(c) \(s)" }
    let cases = [
      ("/int/0", "200 0"), ("/int/-7", "200 -7"),
      ("/int/9223372036854775807", "200 9223372036854775807"),
      ("/int/-9223372036854775808", "200 -9223372036854775808"),
      ("/int/9223372036854775808", missing),
      ("/int/-9223372036854775809", missing), ("/int/+1", missing), ("/int/-", missing),
      ("/int/1x", missing), ("/int/%31", "200 1"), ("/int/", missing), ("/int/1/", missing),
      ("/small/-128", "200 -128"), ("/small/-129", missing), ("/small/127", "200 127"),
      ("/small/128", missing), ("/byte/255", "200 255"), ("/byte/256", missing),
      ("/byte/-0", missing),
      ("/wide/18446744073709551615", "200 18446744073709551615"),
      ("/wide/18446744073709551616", missing), ("/bool/true", "200 true"),
      ("/bool/false", "200 false"),
      ("/bool/True", missing), ("/text/W%C3%B6rld", "200 W\u{f6}rld"), ("/text/%ff", missing),
      ("/bytes/a/%ff", "200 [97, 47, 255]"), ("/bytes/", "200 []"),
      ("/colour/red/2", "200 red large"), ("/colour/blue/2", missing), ("/colour/red/3", missing),
    ]
    for (target, answer) in cases { #expect(ask(router, target) == answer, "\(target)") }
  }

  @Test func queries() {
    var router = Router()
    router.get("/search?text&page") { (_, text: String, page: Int?) in "\(text) \(page ?? -1)" }
    router.get("/posts/:id/in?colour") { (_, id: Int, colour: Colour?) in
      "\(id) \(colour?.rawValue ?? "any")"
    }
    router.get("/plain") { request in request.query("text") ?? [] }
    let cases = [
      ("/search?text=a+b&page=2", "200 a b 2"), ("/search?page=2&text=", "200  2"),
      ("/search?text=%C3%B6", "200 \u{f6} -1"), ("/search?text", "200  -1"), ("/search", bad),
      ("/search?page=1", bad), ("/search?text=a&page=", bad), ("/search?text=a&page=x", bad),
      ("/search?text=%zz", bad), ("/search?text=a&page=%z", bad), ("/search?text=%ff", bad),
      ("/search?te%78t=a&text=b", "200 a -1"), ("/search?text=a&page=1&page=x", "200 a 1"),
      ("/posts/5/in", "200 5 any"), ("/posts/5/in?colour=green", "200 5 green"),
      ("/posts/5/in?colour=blue", bad), ("/posts/x/in?colour=blue", missing),
      ("/plain?text=a", "200 a"),
    ]
    for (target, answer) in cases { #expect(ask(router, target) == answer, "\(target)") }
  }

  @Test func fourValues() {
    var router = Router()
    router.put("/:a/:b?c&d") { (_, a: Int, b: Int, c: Int, d: Int) -> Answer in
      .text("\(a) \(b) \(c) \(d)")
    }
    router.patch("/:a/:b?c") { (_, a: Int, b: Int, c: Int) -> Answer in .text("\(a) \(b) \(c)") }
    router.delete("/:a/:b") { (_, a: Int, b: Int) -> Answer in .text("\(a) \(b)") }
    router.post("/:a") { (_, a: Int) -> Answer in .text("\(a)") }
    #expect(ask(router, "/1/2?d=4&c=3", method: "PUT") == "200 1 2 3 4")
    #expect(ask(router, "/1/2?c=3", method: "PATCH") == "200 1 2 3")
    #expect(ask(router, "/1/2", method: "DELETE") == "200 1 2")
    #expect(ask(router, "/1", method: "POST") == "200 1")
    #expect(ask(router, "/1", method: "PUT").hasPrefix("405 "))
  }

  /// A capture that is not of its type does not match: neither here nor for Allow.
  @Test func capturesThatDoNotParse() {
    var router = Router()
    router.get("/:id") { (_, id: Int) in "number \(id)" }
    router.get("/:name") { (_, name: Colour) in "colour \(name)" }
    router.put("/:id") { (_, id: Int) in "put \(id)" }
    router.get("/:any/x") { _ in "any" }
    #expect(ask(router, "/1") == "200 number 1" && ask(router, "/red") == "200 colour red")
    #expect(ask(router, "/blue") == missing && ask(router, "/blue/x") == "200 any")
    #expect(ask(router, "/blue", method: "PUT") == missing)
    #expect(askWhole(router, "/1", method: "POST").contains("\r\nAllow: GET, HEAD, PUT\r\n"))
    #expect(askWhole(router, "/red", method: "PUT").contains("\r\nAllow: GET, HEAD\r\n"))
    #expect(askWhole(router, "/blue", method: "POST").hasPrefix("HTTP/1.1 404 "))
  }

  /// Each route is found in every order of adding.
  @Test func mostSpecificFirst() {
    let patterns: [(Pattern, String)] = [
      ("/a/b", "a"), ("/a/:x", "b"), ("/:x/b", "c"), ("/:x/:y", "d"), ("/a/*rest", "e"),
      ("/*rest", "f"), ("/a", "g"), ("/a/", "h"), ("/a/b/:z", "i"), ("/", "j"),
    ]
    let cases = [
      ("/a/b", "a"), ("/a/c", "b"), ("/c/b", "c"), ("/c/d", "d"), ("/a/c/d", "e"), ("/b/c/d", "f"),
      ("/a", "g"), ("/a/", "h"), ("/a/b/c", "i"), ("/", "j"), ("/b", "f"), ("/a/b/", "e"),
      ("/ab", "f"),
    ]
    for turn in 0..<patterns.count {
      for isReversed in [false, true] {
        var order = Array(patterns[turn...] + patterns[..<turn])
        if isReversed { order.reverse() }
        var router = Router()
        for (pattern, name) in order { router.get(pattern) { _ in name } }
        #expect(router.mistakes.isEmpty)
        for (target, name) in cases {
          #expect(ask(router, target) == "200 \(name)", "\(target) turned by \(turn)")
        }
      }
    }
  }

  @Test func mistakes() {
    var router = Router()
    router.get("/posts/:id") { (_, a: Int, b: Int) in "" }
    router.get("/posts") { (_, a: Int) in "" }
    router.get("/q?a") { (_, a: Int, b: Int) in "" }
    router.get("posts") { _ in "" }
    router.get("/*all/x") { _ in "" }
    router.get("/x?") { _ in "" }
    router.get("/same/:a") { _ in "" }
    router.get("/same/:b") { _ in "" }
    router.post("/same/:b") { _ in "" }
    router.group("api") { api in api.get("/x") { _ in "" } }
    #expect(
      router.mistakes.map(\.description) == [
        "route /posts/:id has 1 captures and query values, but its handler takes 2",
        "route /posts has 0 captures and query values, but its handler takes 1",
        "route /q?a has 1 captures and query values, but its handler takes 2",
        "route posts does not begin with a slash", "route /*all/x has a segment behind *",
        "route /x? names a query's value without a name",
        "route /same/:b is there before, for the same method",
        "route api does not begin with a slash", "route api/x does not begin with a slash",
      ])
  }

  @Test func serverOfMistakesStops() async {
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.get("/posts/:id") { (_, a: Int, b: Int) in "" }
      _ = HTTPServer(router)
    }
  }

  @Test func answers() {
    var router = Router()
    let posts = ["first"]
    router.get("/") { _ in "Hello World!\n" }
    router.get("/static") { _ in "static" as StaticString }
    router.get("/bytes") { _ in Array("bytes".utf8) }
    router.get("/status") { _ in Status.created }
    router.get("/response") { _ in Response(.ok, type: "text/x", body: bytes("x")) }
    router.get("/posts/:id") { (_, id: Int) in posts.indices.contains(id) ? posts[id] : nil }
    router.get("/html") { _ in .html("<p>") }
    router.get("/moved") { _ in .redirect(to: "/a\r\nb") }
    #expect(ask(router, "/") == "200 Hello World!\n" && ask(router, "/static") == "200 static")
    #expect(ask(router, "/bytes") == "200 bytes" && ask(router, "/status") == "201 201 Created\n")
    #expect(ask(router, "/response") == "200 x")
    #expect(ask(router, "/posts/0") == "200 first" && ask(router, "/posts/1") == missing)
    #expect(askWhole(router, "/html").contains("\r\nContent-Type: text/html"))
    #expect(askWhole(router, "/").contains("\r\nContent-Type: text/plain"))
    let moved = askWhole(router, "/moved")
    #expect(moved.hasPrefix("HTTP/1.1 303 ") && moved.contains("\r\nLocation: /a  b\r\n"))
  }
}
