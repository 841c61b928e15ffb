// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Time

extension Router {
  /// Adds a route for WebSocket connections. `open` gets each new one, before anything arrives on it.
  public mutating func webSocket(
    _ pattern: Pattern, _ options: WebSocketOptions = WebSocketOptions(),
    _ open: @escaping (WebSocketConnection) -> Void
  ) {
    get(pattern) { request in .webSocket(request, options, open) }
  }
}

extension Answer {
  /// Opens a WebSocket connection, for routes with typed captures or of a program's own choice:
  ///
  ///     router.get("/rooms/:name") { (request, name: String) in
  ///       guard let room = rooms[name] else { return .status(.notFound) }
  ///       return .webSocket(request) { room.add($0) }
  ///     }
  ///
  /// A request that does not ask for WebSocket, or for another version than 13, gets 426; one that breaks the protocol 400;
  /// one from a page that may not connect 403. When all connections hold `HTTPServer.Settings.socketMemory`, it gets 503.
  public static func webSocket(
    _ request: Request, _ options: WebSocketOptions = WebSocketOptions(),
    _ open: (WebSocketConnection) -> Void
  ) -> Answer {
    let handshake: WebSocketHandshake
    do throws(WebSocketHandshake.Refusal) {
      handshake = try WebSocketHandshake(request.head, options)
    } catch {
      return error.answer
    }
    guard let socket = WebSocketConnection(request, handshake.subprotocol, options.limits) else {
      return .status(.serviceUnavailable)
    }
    open(socket)
    // The endpoint has times of its own.
    return .upgrade(
      handshake.head, idleTime: Interval(nanoseconds: .max), { socket.step(&$0) },
      ended: { _ in socket.ended() })
  }
}
