// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What one connection may use. Times are nanoseconds.
///
/// Memory of a connection at most: `memoryBound`; an idle one holds 1 KB of it or less.
public struct Limits: Equatable, Sendable {
  /// The request line, without its end: 414 beyond it.
  public var requestLineBytes = 4096
  /// Request line and fields with all line ends, and what is buffered of a body: 431 beyond it.
  public var headBytes = 8192
  /// Field lines: 431 beyond it. Also for a trailer section.
  public var fieldCount = 64
  /// A body, chunk framing not counted: 413 beyond it.
  public var bodyBytes: UInt64 = 1 << 20
  /// Chunk extensions of one chunk, and a whole trailer section: 400 beyond it.
  public var chunkOverheadBytes = 1024
  /// What is written ahead of the peer.
  public var outputBytes = 16_384
  /// Requests answered on one connection before it is closed.
  public var requestCount = 10_000
  /// Part of an unread body that is thrown away to keep the connection; longer ones close it.
  public var discardBytes: UInt64 = 65_536

  /// Between two requests.
  public var idleTime: UInt64 = 15_000_000_000
  /// From a head's first byte to its last: 408 after it.
  public var headTime: UInt64 = 10_000_000_000
  /// In a body or an answer, without one byte moving.
  public var stallTime: UInt64 = 20_000_000_000
  /// Bytes per second that a body or an answer has to reach over each `stallTime`; slower peers
  /// are cut off, as they hold a place that others wait for.
  public var minimumRate: UInt64 = 100
  /// For a handler that waits to have its answer: 504 after it.
  public var answerTime: UInt64 = 30_000_000_000
  /// From our last byte to the peer's end of stream, before the connection is torn down.
  public var lingerTime: UInt64 = 2_000_000_000

  public init() {}

  /// Of input, and of output, where memory is short.
  static var crampedBytes: Int { 2048 }

  /// What the access log has of a request.
  static var logBytes: Int { AccessLogEntry.nameLimit + AccessLogEntry.targetLimit }

  /// Bytes that a connection takes at most where memory is short before it begins: input, output
  /// with an answer's head, and a request's head with its fields, its path and its line of the log.
  var crampedBound: Int { 2048 + 4096 + 2048 + 16 * fieldCount + 2048 + Self.logBytes }

  /// Bytes that a connection takes at most, besides what its handler holds: input; output, with the
  /// head of an answer and a chunk's framing on top; and the head of the request that is answered
  /// with its fields, its path and its line of the log. Buffers grow by steps of 2 KB.
  public var memoryBound: Int {
    2 * headBytes + 16 * fieldCount + outputBytes + 2 * 2048 + 2048 + requestLineBytes
      + Self.logBytes
  }
}
