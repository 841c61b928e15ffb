// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Testing

@testable import WebSocket

struct HandshakeTests {
  private func router(_ options: WebSocketOptions = WebSocketOptions()) -> Router {
    var router = Router()
    router.webSocket("/", options) { socket in socket.onText { socket.send($0) } }
    return router
  }

  /// The answer to a request of these lines.
  private func answer(
    _ lines: [String], options: WebSocketOptions = WebSocketOptions()
  ) -> String {
    let bench = ServerBench(router(options))
    let index = bench.connect("/nowhere", accept: false)
    #expect(bench.text(index).hasPrefix("HTTP/1.1 404 "))
    let start = bench.sent[index].count
    bench.send(index, Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
    return String(decoding: bench.sent[index][start...], as: UTF8.self)
  }

  private let lines = [
    "GET / HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade",
    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ]

  /// RFC 6455 section 1.3 has this key and its answer.
  @Test func aHandshakeIsAnswered() {
    let answer = answer(lines)
    #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
    #expect(answer.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
    #expect(answer.contains("\r\nUpgrade: websocket\r\n"))
    #expect(answer.contains("\r\nConnection: Upgrade\r\n"))
    #expect(!answer.contains("Sec-WebSocket-Protocol"))
    #expect(!answer.contains("Content-Length"))
  }

  @Test func whatIsMissingOrWrongIsRefused() {
    for (index, line, status) in [
      (2, nil, "426"), (2, "Upgrade: h2c", "426"), (3, nil, "400"), (3, "Connection: close", "400"),
      (4, nil, "426"), (4, "Sec-WebSocket-Version: 8", "426"),
      (4, "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13", "426"),
      (5, nil, "400"), (5, "Sec-WebSocket-Key: abc", "400"),
      (5, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=", "400"),
      (
        5,
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "400"
      ),
      (0, "POST / HTTP/1.1\r\nContent-Length: 0", "405"), (0, "GET / HTTP/1.0", "400"),
      (0, "GET / HTTP/1.1\r\nContent-Length: 3", "400"),
    ] as [(Int, String?, String)] {
      var lines = lines
      if let line { lines[index] = line } else { lines.remove(at: index) }
      let answer = answer(lines)
      #expect(
        answer.dropFirst(9).hasPrefix(status), "\(line ?? "without line \(index)"): \(answer)")
      if status == "426" {
        #expect(answer.contains("\r\nUpgrade: websocket\r\n"))
        #expect(answer.contains("\r\nSec-WebSocket-Version: 13\r\n"))
      }
    }
  }

  @Test func pagesOfOtherServersMayNotConnect() {
    func status(_ origin: String, _ origins: WebSocketOptions.Origins = .same) -> Substring {
      var options = WebSocketOptions()
      options.origins = origins
      return answer(lines + ["Origin: \(origin)"], options: options).dropFirst(9).prefix(3)
    }
    #expect(status("http://a") == "101")
    #expect(status("https://A") == "101")
    for origin in ["http://b", "http://a:81", "http://a.b", "null", "a", "http://a/", "http:a", ""]
    {
      #expect(status(origin) == "403", "\(origin)")
      #expect(status(origin, .any) == "101", "\(origin)")
    }
    #expect(status("https://b", .listed(["https://b", "https://c"])) == "101")
    #expect(status("https://a", .listed(["https://b", "https://c"])) == "403")
    #expect(answer(lines + ["Origin: http://a", "Origin: http://a"]).hasPrefix("HTTP/1.1 403 "))
  }

  @Test func theFirstKnownSubprotocolIsChosen() {
    func chosen(_ offers: [String]) -> String? {
      var options = WebSocketOptions()
      options.subprotocols = ["two", "one"]
      let answer = answer(
        lines + offers.map { "Sec-WebSocket-Protocol: \($0)" }, options: options)
      #expect(answer.hasPrefix("HTTP/1.1 101 "))
      return answer.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Protocol: ") }
        .map { String($0.dropFirst(24)) }
    }
    #expect(chosen([]) == nil)
    #expect(chosen(["three"]) == nil)
    #expect(chosen(["ONE"]) == nil)
    #expect(chosen(["one"]) == "one")
    #expect(chosen(["one, two"]) == "two")
    #expect(chosen(["three,one", " two"]) == "two")
  }
}
