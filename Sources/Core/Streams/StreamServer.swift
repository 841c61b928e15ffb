// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// An endpoint whose streams are opened by peers.
public protocol StreamServer: StreamEndpoint, ~Copyable {
  /// Accepts a stream and returns its number, or nil when there is no room for it. Numbers are below the server's limit of
  /// streams.
  mutating func open(now: Instant) -> Int?
  /// Accepts a stream that has come to one of the transport's listeners, for servers that tell them apart. By default, all are alike.
  mutating func open(on listener: Int, now: Instant) -> Int?
  /// The stream, which was just opened, is encrypted on its way to the peer. By default that makes no difference.
  mutating func setSecure(_ stream: Int)
  /// What a peer of a listener is sent for which there was no room, before its stream ends; without it, the stream is reset.
  func busyAnswer(on listener: Int) -> StaticString
  /// Something has happened outside of its streams that this one may have waited for. By default nothing waits.
  mutating func wake(_ stream: Int, now: Instant)
}

extension StreamServer where Self: ~Copyable {
  /// Accepts it as any other.
  public mutating func open(on listener: Int, now: Instant) -> Int? { open(now: now) }
  /// Does nothing.
  public mutating func setSecure(_ stream: Int) {}
  /// Nothing: peers for which there is no room get a reset.
  public func busyAnswer(on listener: Int) -> StaticString { "" }
  /// Does nothing.
  public mutating func wake(_ stream: Int, now: Instant) {}
}
