// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// What one connection may use. Sizes are bytes.
///
/// A connection holds at most `memoryBound` bytes; between requests, 1 KB or less.
public struct Limits: Equatable, Sendable {
  /// The request line, without its CR LF. A longer one gets 414.
  public var requestLineBytes = 4096
  /// The whole head; a longer one gets 431. Also the buffer for a request's body.
  public var headBytes = 8192
  /// Field lines; more get 431.
  public var fieldCount = 64
  /// A request's body, without chunk framing; a longer one gets 413 before its handler is asked. Handlers
  /// have limits of their own.
  public var bodyBytes: UInt64 = 1 << 40
  /// The extensions of one chunk, and the trailer section. Longer ones get 400.
  public var chunkOverheadBytes = 1024
  /// Output that waits for the peer to read.
  public var outputBytes = 16_384
  /// Requests answered on one connection; after the last one it closes.
  public var requestCount = 10_000
  /// How much of a body that the handler did not read is discarded to keep the connection. A longer
  /// one closes it.
  public var discardBytes: UInt64 = 65_536

  /// Between two requests; then the connection closes.
  public var idleTime: Interval = .seconds(15)
  /// From a head's first byte to its last; then 408.
  public var headTime: Interval = .seconds(10)
  /// The window in which the pace of a body or an answer is measured; see `minimumRate`.
  public var stallTime: Interval = .seconds(20)
  /// Bytes per second that a body or an answer has to reach in each `stallTime`. A slower peer, which
  /// would hold its slot for long, is cut off.
  public var minimumRate: UInt64 = 100
  /// How long a handler may wait with its answer, or take nothing of a body to which the peer cannot add;
  /// then 504, or a reset if the response has begun.
  public var answerTime: Interval = .seconds(30)
  /// How long a body's source may wait with its next bytes; then the connection is reset. Long enough for
  /// three operations of a file server (`ClientSettings.operationTime`): a short read, its rest, and the
  /// check of the file's version.
  public var sourceTime: Interval = .seconds(90)
  /// How long to wait for the peer's end of stream after our own.
  public var lingerTime: Interval = .seconds(2)

  /// The defaults.
  public init() {}

  /// The limit of the input, and of the output, while memory is short.
  static var crampedBytes: Int { 2048 }

  /// The most that a connection holds if memory was short when it began: input; output with a
  /// response's head; and a request's head with its fields and path.
  var crampedBound: Int { 2048 + 4096 + 2048 + 16 * fieldCount + 2048 }

  /// The most that a connection holds, in bytes, apart from what its handler holds: input; output
  /// with a response's head and a chunk's framing; and the head of the request being answered with
  /// its fields and path. Buffers grow in steps of 2 KB.
  public var memoryBound: Int {
    2 * headBytes + 16 * fieldCount + outputBytes + 2 * 2048 + 2048 + requestLineBytes
  }
}
