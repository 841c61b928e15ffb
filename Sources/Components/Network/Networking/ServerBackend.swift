// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// What a server's handlers ask beside its streams: for example another protection domain that has the files.
public protocol ServerBackend: ~Copyable {
  /// Takes what has arrived. Called in each turn, before the streams are served.
  mutating func collect()
  /// The next stream to wake: something has arrived for it.
  mutating func nextReady() -> Int?
  /// Sends what the handlers have asked for. Called in each turn, after the streams were served.
  mutating func publish(_ log: ServerLog, now: Instant)
}

/// For a server whose handlers need nothing but their requests.
public struct NoBackend: ServerBackend {
  /// The only one.
  public init() {}
  /// Does nothing.
  public mutating func collect() {}
  /// None.
  public mutating func nextReady() -> Int? { nil }
  /// Does nothing.
  public mutating func publish(_ log: ServerLog, now: Instant) {}
}
