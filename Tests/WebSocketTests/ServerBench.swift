// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Time

/// A server with some connections, whose bytes are passed by hand.
final class ServerBench {
  var server: HTTPServer
  var now = Instant.start
  /// By connection: what the server has sent.
  private(set) var sent: [[UInt8]] = []

  init(_ router: Router, _ settings: HTTPServer.Settings = HTTPServer.Settings()) {
    server = HTTPServer(router, settings)
  }

  /// Opens a connection and sends a handshake.
  func connect(
    _ path: String, _ fields: String = "", origin: String? = nil, accept: Bool = true
  ) -> Int {
    let index = server.open(now: now) ?? -1
    while sent.count <= index { sent.append([]) }
    sent[index] = []
    let from = origin.map { "Origin: \($0)\r\n" } ?? ""
    send(
      index,
      Array(
        ("GET \(path) HTTP/1.1\r\nHost: Example.com:80\r\nUpgrade: WebSocket\r\n"
          + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(from)\(fields)\r\n").utf8))
    if accept {
      // The head is not of interest to those that want frames.
      let head = sent[index].firstRange(of: Array("\r\n\r\n".utf8)) ?? 0..<0
      sent[index].removeFirst(head.upperBound)
    }
    return index
  }

  /// Sends bytes, as far as the server takes them. Returns how many it took.
  @discardableResult
  func send(_ index: Int, _ bytes: [UInt8]) -> Int {
    let taken = server.receive(index, bytes.span, now: now)
    run()
    return taken
  }

  /// Lets the server act, and takes all output, except that of the connections in `deaf`.
  func run() {
    for _ in 0..<20 {
      if now >= server.deadline { server.timePassed(now: now) }
      while server.nextChanged() != nil {}
      for index in sent.indices where !deaf.contains(index) {
        let output = server.withOutput(index) { [UInt8](copying: $0) } ?? []
        sent[index] += output
        server.sent(index, output.count, now: now)
      }
    }
  }

  /// Connections that do not read.
  var deaf: Set<Int> = []

  func text(_ index: Int) -> String { String(decoding: sent[index], as: UTF8.self) }
  func frames(_ index: Int) -> [ServerFrame] { ServerFrame.read(sent[index]) ?? [] }

  func pass(_ time: Interval) {
    now += time
    run()
  }
}
