// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

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
  /// The peer has sent everything. Called once; by default the session ends as well.
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
  private var buffer: [UInt8] = []
  /// Bytes at the start of `buffer` that were sent.
  private var start = 0
  /// Whether the session is over; `end()` ends it.
  public private(set) var isEnded = false

  /// An output without bytes.
  public init() {}

  /// What was written and not yet sent.
  public var bytes: [UInt8] { Array(buffer[start...]) }
  /// The number of these bytes.
  public var count: Int { buffer.count - start }

  /// Writes text in UTF-8.
  public mutating func write(_ text: String) { buffer.append(contentsOf: text.utf8) }

  /// Writes bytes.
  public mutating func write(_ span: Span<UInt8>) { buffer.append(copying: span) }

  /// Ends the session once everything is sent.
  public mutating func end() { isEnded = true }

  /// Lends the bytes.
  func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(buffer.span.extracting(start..<buffer.count))
  }

  /// Forgets the first `count` bytes, which were sent.
  mutating func sent(_ count: Int) {
    start += min(max(count, 0), self.count)
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 512)
    } else if start >= self.count {
      // On average each byte moves once.
      buffer.removeFirst(bytes: start)
    } else {
      return
    }
    start = 0
  }
}
