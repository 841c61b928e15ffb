// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// The server's end of one connection (RFC 9112). It turns bytes into requests and responses into
/// bytes; it does no I/O and has no clock: all times are of one monotonic clock of the caller's.
///
/// Requests are answered one after another. Pipelined requests wait in the input, and once that is
/// full, in the transport. Memory: see `Limits`.
///
/// The caller passes in what arrives (`receive`, `peerEnded`), takes each request from
/// `nextRequest`, reads its body with `readBody`, and answers with `respond`, `write` and `finish`.
/// It sends what `withOutput` shows, reports that with `sent`, calls `timePassed` at `deadline`, and
/// acts on `disposal`.
public final class ServerConnection {
  enum Phase: Equatable, Sendable {
    /// Between requests, or within a request's head.
    case head
    /// A request is being answered.
    case exchange
    /// The answer is complete; the rest of the request's body is discarded.
    case discarding
    /// The last answer is being sent; input is discarded.
    case closing
    case closed
    /// Torn down: an answer was begun that cannot be completed.
    case aborted
  }

  /// How the body of the current response is framed, and how far it has come.
  enum BodyFraming: Equatable, Sendable {
    /// The response has not begun.
    case notBegun
    /// The body has a stated length; this many bytes are still to come.
    case length(UInt64)
    case chunked
    /// The body ends when the connection does.
    case untilClose
    /// The response consists of its head only.
    case headOnly
    /// The response is complete.
    case complete
  }

  let limits: Limits
  var phase = Phase.head
  var input: ByteQueue
  var output: ByteQueue
  var scanner = HeadScanner()
  /// What is left of the request's body.
  var body = RequestBody(.none)
  var framing = BodyFraming.notBegun
  var request: RequestSummary
  var requestCount = 0
  /// Bytes of the request's body that were discarded.
  var discarded: UInt64 = 0
  /// The peer sends nothing more.
  var inputEnded = false
  /// The transport took less than it was offered directly, so the peer has to read first.
  var directIsBlocked = false
  /// The handler was offered everything that has arrived of the body, and the peer can send more.
  var awaitsInput = false
  /// Since when the handler has taken nothing although the peer cannot send more; nil if it is not so.
  var stalledSince: Instant?
  /// The body is longer than its handler takes.
  var isOverLimit = false
  var timing: Timing
  /// Memory is short: input and output are limited to `Limits.crampedBytes` each.
  var isCramped = false

  /// What the response depends on.
  struct RequestSummary: Sendable {
    var isHead = false
    var isVersion11 = true
    var keepsAlive = true
    /// The client expects 100 (Continue), which has not been sent.
    var awaitsContinue = false
    /// The handler reads the body after the response has begun.
    var readsBody = false
  }

  /// A connection that was accepted at `now`.
  public convenience init(_ limits: Limits, now: Instant) {
    self.init(limits, SpareMemory(), now: now)
  }

  /// - Parameter spare: memory that the server's connections take turns with.
  init(_ limits: Limits, _ spare: SpareMemory, now: Instant) {
    self.limits = limits
    input = ByteQueue(spare)
    output = ByteQueue(spare)
    request = RequestSummary()
    timing = Timing(now: now)
  }

  /// Bytes of input that were not taken.
  var inputCount: Int { input.count }

  /// Memory of input and output, in bytes; see `Limits.memoryBound`.
  public var heldByteCount: Int { input.capacity + output.capacity }
}
