// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// An endpoint whose streams are opened by peers.
public protocol StreamServer: StreamEndpoint, ~Copyable {
  /// Accepts a stream and returns its number, or nil when there is no room for it. Numbers are below the server's limit of
  /// streams.
  mutating func open(now: Instant) -> Int?
  /// What a peer is sent for which there was no room, before its stream ends; without it, the stream is reset.
  static var busyAnswer: StaticString { get }
  /// Something has happened outside of its streams that this one may have waited for. By default nothing waits.
  mutating func wake(_ stream: Int, now: Instant)
}

extension StreamServer where Self: ~Copyable {
  /// Nothing: peers for which there is no room get a reset.
  public static var busyAnswer: StaticString { "" }
  /// Does nothing.
  public mutating func wake(_ stream: Int, now: Instant) {}
}
