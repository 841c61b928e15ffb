// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// How a route takes WebSocket connections.
public struct WebSocketOptions: Sendable {
  /// Which pages may connect. Browsers send a page's origin, and any page can connect to any server with the user's cookies.
  public enum Origins: Sendable {
    /// Pages of this server only: their origin has the host and port of the request's Host field. Programs that send no
    /// origin may connect, too.
    case same
    /// Pages of any server.
    case any
    /// Pages of these origins only, such as `https://example.com`; and programs that send none.
    case listed([StaticString])
  }

  /// Which pages may connect; others get 403.
  public var origins = Origins.same
  /// Subprotocols that the program speaks, the best one first. The first one that the client names is chosen.
  public var subprotocols: [StaticString] = []
  /// What each connection may use.
  public var limits = WebSocketLimits()

  /// Pages of this server, no subprotocol, and the default limits.
  public init() {}
}
