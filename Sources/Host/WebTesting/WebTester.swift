// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Streams
import Time

/// A client and a server in memory, for tests of handlers without sockets. Its clock stands still until a test moves it.
///
/// ```swift
/// let tester = WebTester(routes())
/// #expect(tester.get("/").text == "Hello World!\n")
/// ```
public final class WebTester {
  private var server: HTTPServer
  private var now = Instant.start

  /// A server of `router`, with HTTP's default limits.
  public init(_ router: Router) { server = HTTPServer(router) }

  /// The response to GET; see `send`.
  public func get(_ target: String, fields: [(String, String)] = []) -> WebResponse {
    send("GET", target, fields: fields)
  }

  /// The response to POST; see `send`.
  public func post(
    _ target: String, fields: [(String, String)] = [], body: String = ""
  ) -> WebResponse {
    send("POST", target, fields: fields, body: Array(body.utf8))
  }

  /// Sends one request on a connection of its own, and reads its response to the end.
  ///
  /// - Parameters:
  ///   - target: path and query, as in the request line.
  ///   - fields: names and values; Host, Connection and Content-Length are added.
  ///   - patience: how far the clock may be moved while a handler waits. After that the connection is closed, and the response
  ///     is what has arrived, possibly nothing: status 0.
  public func send(
    _ method: String, _ target: String, fields: [(String, String)] = [], body: [UInt8] = [],
    patience: Interval = .seconds(60)
  ) -> WebResponse {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
    return WebResponse(
      exchange(Array("\(head)\r\n".utf8) + body, patience), isHead: method == "HEAD")
  }

  /// Moves the clock, and lets the server act on its deadlines.
  public func advance(by interval: Interval) {
    now = now + interval
    server.timePassed(now: now)
    while server.nextChanged() != nil {}
  }

  /// Sends `request`, and returns what comes back until the connection ends.
  private func exchange(_ request: [UInt8], _ patience: Interval) -> [UInt8] {
    guard let stream = server.open(now: now) else { return [] }
    defer { server.closed(stream, now: now) }
    let end = now + patience
    var (rest, output) = (request, [UInt8]())
    while true {
      let taken = server.receive(stream, rest.span, now: now)
      rest.removeFirst(taken)
      var moved = taken > 0
      while server.send(stream, now: now, through: { output.append(contentsOf: $0) }) {
        moved = true
      }
      if server.disposal(stream) != .stayOpen, server.outputCount(stream) == 0 { return output }
      guard !moved else { continue }
      // The handler waits: for time to pass, or for something that only another request brings.
      guard now < end else { return output }
      now = min(max(server.deadline, now + .milliseconds(1)), end)
      server.wake(stream, now: now)
      server.timePassed(now: now)
      while server.nextChanged() != nil {}
    }
  }
}

extension [UInt8] {
  /// Appends all bytes of a span; returns their number.
  fileprivate mutating func append(contentsOf bytes: Span<UInt8>) -> Int {
    for index in bytes.indices { append(bytes[index]) }
    return bytes.count
  }
}
