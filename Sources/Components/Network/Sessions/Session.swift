// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// One peer's conversation with a server: the simplest way to a protocol of your own over TCP. A session sees bytes and
/// writes bytes. `SessionServer` has many of them, and does the rest: limits, back-pressure, the end.
public protocol Session {
  /// The peer has connected. By default nothing is written.
  mutating func opened(_ output: inout SessionOutput)
  /// Bytes have arrived, behind those that were taken before.
  ///
  /// - Returns: how many it took. The others come again with more behind them; a session may leave up to
  ///   `SessionServer.inputLimit` bytes, for example until a line is complete.
  mutating func receive(_ bytes: Span<UInt8>, _ output: inout SessionOutput) -> Int
  /// The peer has sent everything. By default the session ends as well.
  mutating func ended(_ output: inout SessionOutput)
}

extension Session {
  /// Writes nothing.
  public mutating func opened(_ output: inout SessionOutput) {}
  /// Ends the session.
  public mutating func ended(_ output: inout SessionOutput) { output.end() }
}

/// What a session writes to its peer.
public struct SessionOutput: Sendable {
  /// What was written and not yet sent.
  public private(set) var bytes: [UInt8] = []
  /// Whether the session is over; `end()` ends it.
  public private(set) var isEnded = false

  /// An output without bytes.
  public init() {}

  /// Writes text in UTF-8.
  public mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Writes bytes.
  public mutating func write(_ span: Span<UInt8>) {
    bytes.reserveCapacity(bytes.count + span.count)
    for index in span.indices { bytes.append(span[index]) }
  }

  /// Ends the session once everything is sent.
  public mutating func end() { isEnded = true }

  /// Forgets the first `count` bytes, which were sent.
  mutating func sent(_ count: Int) {
    let count = min(max(count, 0), bytes.count)
    if count == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 512)
    } else {
      bytes.removeFirst(count)
    }
  }
}
