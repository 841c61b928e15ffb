// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing
import Time

final class Ends {
  var all: [ExchangeEnd] = []
}

@Suite struct ExchangeTests {
  private let head = "POST /echo HTTP/1.1\r\nHost: a\r\n"

  private func server(_ settings: HTTPServer.Settings = .init()) -> HTTPServer {
    var router = Router()
    addEcho(to: &router)
    router.get("/") { _ in "root" }
    return HTTPServer(router, settings)
  }

  @Test func echoes() throws {
    var server = server()
    let place = server.open(now: .start)
    let id = try #require(place)
    let known = exchange(&server, id, head + "Content-Length: 5\r\n\r\nhello")
    #expect(known == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    // The response begins before the request has ended.
    let first = exchange(&server, id, head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    #expect(first == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    #expect(exchange(&server, id, "2\r\nde\r\n") == "2\r\nde\r\n")
    let end = exchange(&server, id, "0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(end.hasPrefix("0\r\n\r\nHTTP/1.1 200 ") && end.hasSuffix("\r\n\r\nroot"))
    let empty = exchange(&server, id, head + "\r\n")
    #expect(empty == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    let old = exchange(&server, id, "POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
    #expect(old == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi")
    #expect(server.disposal(id) == .endOutput)
  }

  @Test func upgrades() throws {
    let ends = Ends()
    var router = Router()
    router.get("/up") { _ in
      var head = ResponseHead(.switchingProtocols)
      head.add("Upgrade", "echo")
      return .upgrade(head, idleTime: .seconds(60)) { exchange in
        while exchange.room > 0 {
          let piece = exchange.read(atMost: exchange.room)
          if piece.isEmpty { return exchange.inputEnded ? .end : .wait }
          if piece == bytes("bye") { return .end }
          exchange.write(piece.span)
        }
        return .wait
      } ended: {
        ends.all.append($0)
      }
    }
    var server = HTTPServer(router)
    let place = server.open(now: .start)
    let id = try #require(place)
    let start = exchange(&server, id, "GET /up HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\n\r\nraw")
    #expect(
      start == "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nraw"
    )
    #expect(exchange(&server, id, "GET / HTTP/1.1\r\n\r\n") == "GET / HTTP/1.1\r\n\r\n")
    #expect(ends.all.isEmpty && server.disposal(id) == .stayOpen)
    #expect(exchange(&server, id, "bye") == "" && ends.all == [.complete])
    #expect(server.disposal(id) == .endOutput)
    for request in [
      "GET /up HTTP/1.0\r\n\r\n", "GET /up HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
    ] {
      let place = server.open(now: .start)
      let id = try #require(place)
      #expect(exchange(&server, id, request).hasPrefix("HTTP/1.1 400 "))
    }
    #expect(ends.all == [.complete, .cancelled, .cancelled])
    let other = server.open(now: .start)
    let last = try #require(other)
    _ = exchange(&server, last, "GET /up HTTP/1.1\r\nHost: a\r\n\r\n")
    server.timePassed(now: .start + .seconds(59))
    #expect(server.disposal(last) == .stayOpen && ends.all.count == 3)
    server.timePassed(now: .start + .seconds(60))
    #expect(server.disposal(last) == .reset)
    #expect(ends.all == [.complete, .cancelled, .cancelled, .cancelled])
  }
}
