// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Streams
import Testing
import Time

/// How exchanges have ended.
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

  private func router(
    _ ends: Ends, limit: UInt64 = .max, length: ResponseHead.BodyLength = .unknown,
    status: Status = .ok, _ step: @escaping (inout Exchange) -> StreamStep
  ) -> Router {
    var router = Router()
    router.post("/echo") { _ in
      .exchange(ResponseHead(status, length: length), limit: limit, step) { ends.all.append($0) }
    }
    router.get("/echo") { _ in
      .exchange(ResponseHead(status, length: length), limit: limit, step) { ends.all.append($0) }
    }
    return router
  }

  private func open(_ router: Router, _ limits: Limits = Limits()) throws -> (HTTPServer, Int) {
    var settings = HTTPServer.Settings()
    settings.limits = limits
    var server = HTTPServer(router, settings)
    let place = server.open(now: .start)
    return (server, try #require(place))
  }

  /// 100 (Continue) comes when the handler reads, or with the response that begins before.
  @Test func continues() throws {
    let ends = Ends()
    let expecting = head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    let interim = "HTTP/1.1 100 Continue\r\n\r\n"
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    var mayRead = false
    var (server, id) = try open(
      router(ends, length: .known(2)) { exchange in
        guard mayRead else { return .wait }
        let piece = exchange.read(atMost: 10)
        exchange.write(piece.span)
        return exchange.inputEnded ? .end : .wait
      })
    #expect(exchange(&server, id, expecting) == "")
    mayRead = true
    server.wake(id, now: .start)
    #expect(flush(&server, id) == interim)
    #expect(exchange(&server, id, "hi") == answer + "hi" && ends.all == [.complete])
    (server, id) = try open(
      router(ends, length: .known(2)) { exchange in
        exchange.begin()
        exchange.write(exchange.read(atMost: 10).span)
        return exchange.inputEnded ? .end : .wait
      })
    #expect(exchange(&server, id, expecting) == interim + answer)
    #expect(exchange(&server, id, "hi") == "hi" && server.disposal(id) == .stayOpen)
    // It may refuse the body without having asked for it.
    (server, id) = try open(
      router(ends, limit: 1, length: .known(2)) { _ in .failed })
    #expect(exchange(&server, id, expecting).hasPrefix("HTTP/1.1 413 "))
    #expect(server.disposal(id) == .endOutput && ends.all == [.complete, .complete, .cancelled])
  }

  /// An answer before the body was read does not ask for it, and says that the connection closes if the rest is too long to discard.
  @Test func answersEarly() throws {
    let bodies = [
      ("Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", true),
      ("Content-Length: 100000\r\n\r\n", true), ("Content-Length: 2\r\n\r\nhi", false),
    ]
    for (status, begins) in [
      (Status.serviceUnavailable, true), (.serviceUnavailable, false), (.ok, false),
    ] {
      for (body, closes) in bodies {
        let ends = Ends()
        var (server, id) = try open(
          router(ends, length: .known(0), status: status) { exchange in
            if begins { exchange.begin() }
            return .end
          })
        let answer = exchange(&server, id, head + body)
        #expect(
          answer
            == "HTTP/1.1 \(status.code) \(status.phrase)\r\n\(closes ? "Connection: close\r\n" : "")Content-Length: 0\r\n\r\n"
        )
        #expect(server.disposal(id) == (closes ? .endOutput : .stayOpen))
        #expect(ends.all == [.complete])
      }
    }
  }

  @Test func limits() throws {
    let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
    for begins in [false, true] {
      let ends = Ends()
      var received: [UInt8] = []
      var (server, id) = try open(
        router(ends, limit: 5) { exchange in
          if begins { exchange.begin() }
          while true {
            let piece = exchange.read(atMost: 100)
            if piece.isEmpty { return exchange.inputEnded ? .end : .wait }
            received += piece
          }
        })
      _ = exchange(&server, id, chunked + "3\r\nabc\r\n")
      let answer = exchange(&server, id, "3\r\ndef\r\n")
      #expect(received == bytes("abcde") && ends.all == [.cancelled])
      #expect(answer.hasPrefix(begins ? "" : "HTTP/1.1 413 ") && answer.isEmpty == begins)
      #expect(server.disposal(id) == (begins ? .reset : .stayOpen))
      if !begins {
        let next = exchange(&server, id, "0\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(next.hasPrefix("HTTP/1.1 200 ") && ends.all == [.cancelled, .complete])
      }
    }
    let ends = Ends()
    var (server, id) = try open(router(ends, limit: 5) { _ in .failed })
    #expect(exchange(&server, id, head + "Content-Length: 6\r\n\r\n").hasPrefix("HTTP/1.1 413 "))
    (server, id) = try open(router(ends, limit: 5) { $0.inputEnded ? .end : .wait })
    #expect(exchange(&server, id, chunked + "x").hasPrefix("HTTP/1.1 400 "))
    (server, id) = try open(
      router(ends, limit: 5) { exchange in
        exchange.begin()
        return .wait
      })
    _ = exchange(&server, id, chunked)
    #expect(
      exchange(&server, id, "x") == "" && server.disposal(id) == .reset
        && ends.all == [.cancelled, .cancelled, .cancelled])
  }

  /// What the handler does not read stays with the client, up to the input's size; what it wrote stays
  /// until the client reads it.
  @Test func backPressure() throws {
    let ends = Ends()
    var mayRead = 0
    var written = 0
    var (server, id) = try open(
      router(ends) { exchange in
        mayRead -= exchange.read(atMost: mayRead).count
        written += exchange.write([UInt8](repeating: 0x61, count: 100_000).span)
        return .wait
      })
    let bound = Limits().memoryBound
    let piece = [UInt8](repeating: 1, count: 100_000)
    _ = server.receive(id, bytes(head + "Content-Length: 1000000\r\n\r\n").span, now: .start)
    #expect(server.receive(id, piece.span, now: .start) == 8192)
    #expect(server.receive(id, piece.span, now: .start) == 0)
    #expect(written > 8192 && written <= 16_384 && server.heldByteCount(id) <= bound)
    mayRead = 5000
    server.wake(id, now: .start)
    #expect(server.receive(id, piece.span, now: .start) == 5000 && mayRead == 0)
    let before = written
    server.sent(id, 100, now: .start)
    #expect(written == before, "a little room is not worth moving the rest")
    server.sent(id, 10_000, now: .start)
    #expect(written > before && server.heldByteCount(id) <= bound)
    #expect(server.checkInvariants() == nil && ends.all.isEmpty)
  }

  /// HEAD, a status without a body, a stated length.
  @Test func heads() throws {
    let ends = Ends()
    var calls = 0
    let step = { (exchange: inout Exchange) -> StreamStep in
      calls += 1
      exchange.write(bytes("hello").span)
      return .end
    }
    var (server, id) = try open(router(ends, length: .known(5), step))
    let request = "/echo HTTP/1.1\r\nHost: a\r\n\r\n"
    let length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    #expect(exchange(&server, id, "HEAD " + request) == length && calls == 0)
    #expect(exchange(&server, id, "GET " + request) == length + "hello" && calls == 1)
    #expect(ends.all == [.complete, .complete])
    (server, id) = try open(router(ends, status: .noContent, step))
    #expect(exchange(&server, id, "GET " + request) == "HTTP/1.1 204 No Content\r\n\r\n")
    (server, id) = try open(router(ends, length: .known(6), step))
    _ = exchange(&server, id, "GET " + request)
    #expect(
      server.disposal(id) == .reset && ends.all == [.complete, .complete, .complete, .cancelled])
    // Middleware and the handler may change the head before it is sent.
    var changing = Router()
    changing.after { _, head in head.add("X", "after") }
    changing.get("/") { _ in
      .exchange(ResponseHead(.ok, length: .known(1))) { exchange in
        exchange.head.status = .created
        exchange.write(bytes("a").span)
        exchange.head.status = .badRequest
        return .end
      }
    }
    #expect(
      askWhole(changing, "/")
        == "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 1\r\nX: after\r\n\r\na")
  }

  /// What the handler leaves unread is discarded, up to a limit.
  @Test func unreadRests() throws {
    let ends = Ends()
    for (rest, disposal) in [(60_000, StreamDisposal.stayOpen), (70_000, .endOutput)] {
      var (server, id) = try open(
        router(ends, length: .known(0)) { exchange in
          _ = exchange.read(atMost: 100)
          return .end
        })
      _ = server.receive(id, bytes(head + "Content-Length: \(rest)\r\n\r\n").span, now: .start)
      _ = server.receive(id, [UInt8](repeating: 1, count: rest).span, now: .start)
      #expect(flush(&server, id).hasPrefix("HTTP/1.1 200 ") && server.disposal(id) == disposal)
    }
  }

  /// A connection that closes, or whose peer ends in the middle of a body, ends the exchange once.
  @Test func peersThatGo() throws {
    for isReset in [false, true] {
      let ends = Ends()
      var calls = 0
      var (server, id) = try open(
        router(ends) { exchange in
          calls += 1
          exchange.read { $0.count }
          return .wait
        })
      _ = exchange(&server, id, head + "Content-Length: 10\r\n\r\nabc")
      #expect(ends.all.isEmpty && calls > 0)
      calls = 0
      if isReset {
        server.closed(id, now: .start)
      } else {
        server.peerEnded(id, now: .start)
        #expect(server.disposal(id) == .reset)
      }
      #expect(ends.all == [.cancelled] && calls == 0)
      server.wake(now: .start)
      server.closed(id, now: .start)
      #expect(ends.all == [.cancelled] && calls == 0)
    }
  }

  /// The pace of `Limits` holds for a client that sends too slowly, also after the response has begun,
  /// and for one that reads too slowly. A handler may take its time.
  @Test func paces() throws {
    let stall = Instant.start + Limits().stallTime
    for (begins, reads, isCut) in [
      (false, true, true), (true, true, true), (false, false, false), (true, false, false),
    ] {
      let ends = Ends()
      var (server, id) = try open(
        router(ends) { exchange in
          if begins { exchange.begin() }
          if reads { exchange.read { $0.count } }
          return .wait
        })
      _ = exchange(&server, id, head + "Content-Length: 10\r\n\r\nabc")
      server.timePassed(now: stall)
      #expect(server.disposal(id) == (isCut ? .reset : .stayOpen), "\(begins) \(reads)")
      #expect(ends.all == (isCut ? [.cancelled] : []) && server.checkInvariants() == nil)
    }
    let ends = Ends()
    var (server, id) = try open(
      router(ends) { exchange in
        exchange.write([UInt8](repeating: 1, count: exchange.room).span)
        return .wait
      })
    _ = server.receive(id, bytes("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").span, now: .start)
    server.timePassed(now: stall)
    #expect(server.disposal(id) == .reset && ends.all == [.cancelled])
  }

  /// A handler is called when the time has come that it has set.
  @Test func deadlines() throws {
    let ends = Ends()
    var times: [Instant] = []
    var (server, id) = try open(
      router(ends) { exchange in
        times.append(exchange.now)
        guard times.count < 4 else { return .end }
        exchange.deadline = exchange.now + .seconds(10)
        return .wait
      })
    _ = exchange(&server, id, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
    for _ in 0..<3 {
      #expect(server.deadline == (times.last ?? .start) + .seconds(10))
      server.timePassed(now: server.deadline)
      #expect(server.nextChanged() == id && server.nextChanged() == nil)
    }
    #expect(times == (0..<4).map { Instant.start + .seconds(UInt64($0) * 10) })
    #expect(ends.all == [.complete])
  }

  /// A body of 1 GB there and back, with large buffers, so that it does not take long.
  @Test func largeBodies() throws {
    var router = Router()
    addEcho(to: &router)
    var limits = Limits()
    (limits.headBytes, limits.outputBytes) = (1 << 18, 1 << 19)
    var (server, id) = try open(router, limits)
    let total = 1 << 30
    let piece = [UInt8](repeating: 0x5a, count: 1 << 18)
    _ = server.receive(
      id, bytes("POST /echo HTTP/1.0\r\nContent-Length: \(total)\r\n\r\n").span, now: .start)
    let header = server.outputCount(id)
    var (sent, received, held) = (0, 0, 0)
    while sent < total || server.outputCount(id) > 0 {
      let rest = min(total - sent, piece.count)
      sent += server.receive(id, piece.span.extracting(0..<rest), now: .start)
      held = max(held, server.heldByteCount(id))
      let count = server.outputCount(id)
      server.sent(id, count, now: .start)
      received += count
    }
    #expect(sent == total && header == 0)
    #expect(received == total + "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8.count)
    #expect(held <= limits.memoryBound && held > 1 << 18, "\(held)")
    #expect(server.disposal(id) == .endOutput)
  }

  /// `.receive` offers what its consumer did not take again.
  @Test func receivesAtItsPace() throws {
    var (room, received) = (2, [UInt8]())
    var router = Router()
    router.post("/") { _ in
      .receive(
        limit: 10,
        take: { bytes in
          let count = min(bytes.count, room)
          received.append(copying: bytes.extracting(0..<count))
          room -= count
          return count
        }, then: { .text("done") })
    }
    var (server, id) = try open(router)
    #expect(
      exchange(&server, id, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabcd") == "")
    #expect(received == bytes("ab"))
    room = 1
    #expect(exchange(&server, id, "ef") == "" && received == bytes("abc"))
    room = 100
    server.wake(id, now: .start)
    #expect(received == bytes("abcdef") && flush(&server, id).hasSuffix("\r\n\r\ndone"))
  }
}
