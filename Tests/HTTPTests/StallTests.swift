// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Streams
import Testing
import Time

/// Whose time it is: the peer's, or the handler's.
@Suite struct StallTests {
  private let head = "POST / HTTP/1.1\r\nHost: a\r\n"
  private func at(_ seconds: UInt64) -> Instant { .start + .seconds(seconds) }

  private func open(
    _ answer: @escaping () -> Answer, _ settings: HTTPServer.Settings = .init()
  ) throws -> (HTTPServer, Int) {
    var router = Router()
    router.post("/") { _ in answer() }
    router.get("/") { _ in answer() }
    var server = HTTPServer(router, settings)
    let place = server.open(now: .start)
    return (server, try #require(place))
  }

  /// Records of `size` bytes, taken whole.
  private func records(_ size: Int, isExchange: Bool, begins: Bool = false) -> Answer {
    let take = { (bytes: Span<UInt8>) -> Int in bytes.count < size ? 0 : size }
    guard isExchange else { return .receive(limit: .max, take: take, then: { .text("done") }) }
    return .exchange(ResponseHead(.ok, length: .unknown)) { exchange in
      if begins { exchange.begin() }
      while exchange.read(take) > 0 {}
      return exchange.inputEnded ? .end : .wait
    }
  }

  @Test(arguments: [false, true]) func partialRecords(isExchange: Bool) throws {
    for sent in ["x", "0123456789abcdefx"] {
      var (server, id) = try open { records(16, isExchange: isExchange) }
      _ = exchange(&server, id, head + "Content-Length: 1000\r\n\r\n" + sent)
      server.timePassed(now: at(19))
      #expect(server.disposal(id) == .stayOpen)
      server.timePassed(now: at(20))
      #expect(server.disposal(id) == .reset && server.checkInvariants() == nil)
    }
    // Bytes that come one by one do not buy time.
    var (server, id) = try open { records(1000, isExchange: isExchange) }
    _ = exchange(&server, id, head + "Content-Length: 1000\r\n\r\nx")
    for second in 1...20 {
      _ = server.receive(id, bytes("x").span, now: at(UInt64(second)))
      server.timePassed(now: at(UInt64(second)))
    }
    #expect(server.disposal(id) == .reset)
  }

  /// Records that can never be complete: longer than the input, than the rest, than a chunk.
  @Test func recordsThatDoNotFit() throws {
    let long = String(repeating: "x", count: 8192)
    for (size, request) in [
      (8193, "Content-Length: 10000\r\n\r\n" + long), (16, "Content-Length: 3\r\n\r\nabc"),
      (16, "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
    ] {
      for (isExchange, begins) in [(false, false), (true, false), (true, true)] {
        var (server, id) = try open { records(size, isExchange: isExchange, begins: begins) }
        _ = exchange(&server, id, head + request)
        server.timePassed(now: at(29))
        #expect(server.disposal(id) == .stayOpen && server.outputCount(id) == 0)
        server.timePassed(now: at(30))
        let answer = flush(&server, id)
        if begins {
          #expect(server.disposal(id) == .reset)
        } else {
          #expect(answer.hasPrefix("HTTP/1.1 504 "))
        }
      }
    }
  }

  /// A handler that is busy says so with a deadline.
  @Test func busyHandlersAreNotGivenUp() throws {
    var (server, id) = try open {
      .exchange(ResponseHead(.ok, length: .unknown)) { exchange in
        exchange.read { _ in 0 }
        if exchange.now < at(100) { exchange.deadline = exchange.now + .seconds(40) }
        return .wait
      }
    }
    _ = exchange(&server, id, head + "Content-Length: 3\r\n\r\nabc")
    for second in 1...149 { server.timePassed(now: at(UInt64(second))) }
    #expect(server.disposal(id) == .stayOpen && server.outputCount(id) == 0)
    server.timePassed(now: at(150))
    #expect(flush(&server, id).hasPrefix("HTTP/1.1 504 "))
  }

  @Test func catchingUpIsNotThePeersFault() throws {
    var mayRead = true
    var (server, id) = try open {
      .exchange(ResponseHead(.ok, length: .known(0))) { exchange in
        if mayRead { exchange.read { $0.count } }
        return .wait
      }
    }
    _ = exchange(&server, id, head + "Content-Length: 100000\r\n\r\nx")
    mayRead = false
    let piece = [UInt8](repeating: 1, count: 8192)
    _ = server.receive(id, piece.span, now: at(1))
    // The window of the first bytes is over before the handler catches up.
    server.timePassed(now: at(25))
    server.timePassed(now: at(45))
    mayRead = true
    server.wake(id, now: at(60))
    server.timePassed(now: at(60))
    #expect(server.disposal(id) == .stayOpen)
    server.timePassed(now: at(64))
    #expect(server.disposal(id) == .stayOpen)
    for second in 65...120 { server.timePassed(now: at(UInt64(second))) }
    #expect(server.disposal(id) == .reset)
  }

  @Test func discardingBeginsItsOwnWindow() throws {
    var isDone = false
    var (server, id) = try open {
      .exchange(ResponseHead(.ok, length: .known(0))) { exchange in
        exchange.begin()
        return isDone ? .end : .wait
      }
    }
    _ = exchange(&server, id, head + "Content-Length: 1000\r\n\r\nx")
    isDone = true
    server.wake(id, now: at(25))
    server.timePassed(now: at(25))
    #expect(server.disposal(id) == .stayOpen)
    for second in 26...70 { server.timePassed(now: at(UInt64(second))) }
    #expect(server.disposal(id) == .reset)
  }

  /// A handler that has not asked for the body has its own time.
  @Test func unreadBodies() throws {
    let request = head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    var mayRead = false
    var (server, id) = try open {
      .exchange(ResponseHead(.ok, length: .known(0))) { exchange in
        if mayRead { exchange.read { $0.count } }
        return .wait
      }
    }
    _ = exchange(&server, id, request)
    for second in 1...50 { server.timePassed(now: at(UInt64(second))) }
    #expect(server.disposal(id) == .stayOpen)
    mayRead = true
    server.wake(id, now: at(50))
    #expect(flush(&server, id) == "HTTP/1.1 100 Continue\r\n\r\n")
    (server, id) = try open { .wait { nil } }
    _ = exchange(&server, id, request)
    server.timePassed(now: at(29))
    #expect(server.disposal(id) == .stayOpen)
    server.timePassed(now: at(30))
    #expect(flush(&server, id).hasPrefix("HTTP/1.1 504 "))
  }

  /// A peer that may not send is not silent.
  @Test func heldBackPeers() throws {
    var mayRead = false
    var (server, id) = try open {
      var head = ResponseHead(.switchingProtocols)
      head.add("Upgrade", "a")
      return .upgrade(head, idleTime: .seconds(60)) { exchange in
        if mayRead { exchange.read { $0.count } }
        return .wait
      }
    }
    _ = exchange(&server, id, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    let piece = [UInt8](repeating: 1, count: 10_000)
    #expect(server.receive(id, piece.span, now: at(10)) == 8192)
    for second in 11...100 { server.timePassed(now: at(UInt64(second))) }
    #expect(server.disposal(id) == .stayOpen)
    mayRead = true
    server.wake(id, now: at(100))
    server.timePassed(now: at(159))
    #expect(server.disposal(id) == .stayOpen)
    server.timePassed(now: at(160))
    #expect(server.disposal(id) == .reset)
  }

  /// A head that leaves no room behind it while memory is short goes out alone.
  @Test func largeHeadsWhileMemoryIsShort() throws {
    var settings = HTTPServer.Settings()
    settings.memoryLimit = 0
    let field = [UInt8](repeating: 0x61, count: 1800)
    var (server, id) = try open(
      {
        var head = ResponseHead(.ok, length: .known(5))
        head.add("X", field.span)
        var rest = bytes("hello")
        return .exchange(head) { exchange in
          // A handler that trusts the room loses nothing.
          while exchange.room > 0, !rest.isEmpty {
            let piece = [UInt8](rest.prefix(exchange.room))
            rest.removeFirst(piece.count)
            exchange.write(piece.span)
          }
          return rest.isEmpty ? .end : .wait
        }
      }, settings)
    let other = server.open(now: .start)
    _ = exchange(&server, try #require(other), "GET")
    #expect(exchange(&server, id, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("a\r\n\r\nhello"))
  }
}
