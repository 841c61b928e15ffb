// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Streams
import TestSupport
import Testing
import Time

/// Exchanges with random bodies, framings, pieces, rooms and handlers, against a model: what the client
/// gets back is what it sent, and each exchange ends once.
@Suite struct ExchangeFuzzTests {
  /// What the client sends, and how.
  struct Plan {
    var body: [UInt8]
    var request: [UInt8]
    var isVersion11: Bool

    init(_ numbers: inout SeededGenerator, most: Int) {
      let isChunked = Bool.random(using: &numbers)
      isVersion11 = isChunked || Bool.random(using: &numbers)
      let count = Int.random(in: 0...most, using: &numbers)
      body = (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
      request = bytes("POST /echo HTTP/1.\(isVersion11 ? 1 : 0)\r\nHost: a\r\n")
      if isChunked {
        request += bytes("Transfer-Encoding: chunked\r\n\r\n")
        var rest = body[...]
        while !rest.isEmpty {
          let piece = rest.prefix(Int.random(in: 1...700, using: &numbers))
          rest = rest.dropFirst(piece.count)
          request += bytes(String(piece.count, radix: 16) + "\r\n") + piece + bytes("\r\n")
        }
        request += bytes("0\r\n\r\n")
      } else {
        request += bytes("Content-Length: \(count)\r\n\r\n") + body
      }
    }
  }

  /// The body of the first response in `answer`, as far as it is there, and what follows it.
  static func body(_ answer: [UInt8]) -> (body: [UInt8], isWhole: Bool, rest: [UInt8])? {
    guard let end = answer.firstRange(of: bytes("\r\n\r\n")) else { return nil }
    let head = text(answer[..<end.lowerBound])
    var rest = answer[end.upperBound...]
    guard head.contains("Transfer-Encoding: chunked") else {
      return (Array(rest), head.contains("Connection: close"), [])
    }
    var body: [UInt8] = []
    while let line = rest.firstIndex(of: 0x0d) {
      guard let size = Int(text(rest[..<line]), radix: 16), rest.endIndex - line >= size + 4 else {
        break
      }
      if size == 0 { return (body, true, Array(rest[(line + 4)...])) }
      body += rest[(line + 2)..<(line + 2 + size)]
      rest = rest[(line + 4 + size)...]
    }
    return (body, false, [])
  }

  /// A handler that echoes in pieces of random sizes, and now and then does nothing.
  static func router(_ ends: Ends, _ numbers: SeededGenerator) -> Router {
    var numbers = numbers
    var router = Router()
    router.post("/echo") { _ in
      var held: [UInt8] = []
      return .exchange(ResponseHead(.ok, length: .unknown)) { exchange in
        if Int.random(in: 0..<4, using: &numbers) == 0 { return .wait }
        if held.count < 300 {
          held += exchange.read(atMost: Int.random(in: 0...200, using: &numbers))
        }
        let most = Int.random(in: 0...held.count, using: &numbers)
        held.removeFirst(exchange.write(held.span.extracting(0..<most)))
        if exchange.inputEnded, held.isEmpty { return .end }
        return Bool.random(using: &numbers) ? .more : .wait
      } ended: {
        ends.all.append($0)
      }
    }
    return router
  }

  private static var settings: HTTPServer.Settings {
    var settings = HTTPServer.Settings()
    settings.limits.headBytes = 512
    settings.limits.outputBytes = 512
    return settings
  }

  /// Sends and reads in random pieces until nothing is left, or until `steps` are over. The server has
  /// been told then, if it has not ended itself.
  private static func run(
    _ server: inout HTTPServer, _ id: Int, _ input: [UInt8], _ numbers: inout SeededGenerator,
    steps: Int
  ) -> [UInt8] {
    var answer: [UInt8] = []
    var position = 0
    for _ in 0..<steps {
      if position < input.count, Bool.random(using: &numbers) {
        let count = min(input.count - position, Int.random(in: 1...900, using: &numbers))
        let piece = Array(input[position..<position + count])
        position += server.receive(id, piece.span, now: .start)
      } else if Bool.random(using: &numbers) {
        let output = server.withOutput(id) { [UInt8](copying: $0) } ?? []
        let count = Int.random(in: 0...output.count, using: &numbers)
        answer += output[..<count]
        server.sent(id, count, now: .start)
      } else {
        server.wake(id, now: .start)
      }
      if let fault = server.checkInvariants() { Issue.record("\(fault)") }
      if position == input.count, server.outputCount(id) == 0, server.disposal(id) != .stayOpen {
        break
      }
    }
    return answer
  }

  @Test func echoes() throws {
    var numbers = SeededGenerator(seed: 14)
    for round in 0..<fuzzIterations(300) {
      let ends = Ends()
      var server = HTTPServer(
        Self.router(ends, SeededGenerator(seed: UInt64(round))), Self.settings)
      let place = server.open(now: .start)
      let id = try #require(place)
      let plan = Plan(&numbers, most: 4000)
      let close = bytes("GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let answer = Self.run(
        &server, id, plan.request + (plan.isVersion11 ? close : []), &numbers, steps: 100_000)
      let got = Self.body(answer)
      #expect(got?.body == plan.body && got?.isWhole == true, "round \(round)")
      #expect(!plan.isVersion11 || text(got?.rest ?? []).hasPrefix("HTTP/1.1 404 "))
      #expect(ends.all == [.complete] && server.disposal(id) == .endOutput, "round \(round)")
    }
  }

  /// The peer goes at any moment: the exchange has ended once, and what came back is a beginning.
  @Test func peersThatGo() throws {
    var numbers = SeededGenerator(seed: 15)
    for round in 0..<fuzzIterations(600) {
      let ends = Ends()
      var server = HTTPServer(
        Self.router(ends, SeededGenerator(seed: UInt64(round))), Self.settings)
      let place = server.open(now: .start)
      let id = try #require(place)
      let plan = Plan(&numbers, most: 2000)
      let steps = Int.random(in: 0...60, using: &numbers)
      let answer = Self.run(&server, id, plan.request, &numbers, steps: steps)
      if Bool.random(using: &numbers) {
        server.peerEnded(id, now: .start)
        #expect(server.checkInvariants() == nil)
      }
      server.closed(id, now: .start)
      let got = Self.body(answer)?.body ?? []
      #expect(plan.body.starts(with: got), "round \(round)")
      #expect(ends.all.count <= 1, "round \(round)")
      if answer.count > 0 { #expect(ends.all.count == 1, "round \(round)") }
    }
  }

  /// Cut off at every length, the request ends its exchange once, with a reset unless it was whole; and
  /// in two pieces, it has the same answer as in one.
  @Test func everyBoundary() throws {
    for request in [
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nT: v\r\n\r\n",
    ] {
      let headCount = bytes(request).firstRange(of: bytes("\r\n\r\n"))?.upperBound ?? 0
      for cut in 0...request.utf8.count {
        for isCutOff in [false, true] {
          let ends = Ends()
          var router = Router()
          router.post("/echo") { _ in
            .exchange(ResponseHead(.ok, length: .known(11))) { exchange in
              while true {
                let piece = exchange.read(atMost: exchange.room)
                if piece.isEmpty { return exchange.inputEnded ? .end : .wait }
                exchange.write(piece.span)
              }
            } ended: {
              ends.all.append($0)
            }
          }
          var server = HTTPServer(router)
          let place = server.open(now: .start)
          let id = try #require(place)
          var answer = exchange(&server, id, text(bytes(request).prefix(cut)))
          if isCutOff {
            server.peerEnded(id, now: .start)
          } else {
            answer += exchange(&server, id, text(bytes(request).dropFirst(cut)))
          }
          let isWhole = !isCutOff || cut == request.utf8.count
          let whole = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world"
          #expect(isWhole ? answer == whole : whole.hasPrefix(answer), "\(cut)")
          let hasBegun = cut >= headCount
          #expect(ends.all == (isWhole ? [.complete] : hasBegun ? [.cancelled] : []), "\(cut)")
          if isCutOff, hasBegun, !isWhole { #expect(server.disposal(id) == .reset, "\(cut)") }
          server.closed(id, now: .start)
          #expect(ends.all.count <= 1)
        }
      }
    }
  }
}
