// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing

@Suite struct RouterTests {
  private func body(_ router: Router, _ target: String, method: String = "GET") -> String {
    var server = HTTPServer(router)
    guard let id = server.open(now: .start) else { return "" }
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
    var server = HTTPServer(router)
    guard let id = server.open(now: .start) else { return }
    let refused = exchange(&server, id, "POST /files/x HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(refused.contains("\r\nAllow: GET, HEAD, PUT\r\n"))
  }

  /// Unknown methods get 501, other methods than a path's routes have get 405 (RFC 9110 section 9.1).
  @Test func methods() {
    var router = Router()
    router.get("/") { _ in .text("root") }
    router.put("/a") { _ in .status(.created) }
    func answer(_ method: String, _ target: String = "/") -> String {
      var server = HTTPServer(router)
      guard let id = server.open(now: .start) else { return "" }
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
    // A route for other methods answers them.
    router.on(.other, "/a") { request in .html([UInt8](copying: request.head.methodName.span)) }
    #expect(answer("BREW", "/a").hasSuffix("\r\n\r\nBREW"))
    #expect(answer("GET", "/a").contains("\r\nAllow: PUT\r\n"))
    #expect(answer("BREW").hasPrefix("HTTP/1.1 405 "))
  }

  /// Paths without a route, and paths that cannot name a file, go to one handler.
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
}
