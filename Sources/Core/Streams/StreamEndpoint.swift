// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// One end of a set of byte streams: a protocol above TCP, without I/O and without a clock. Streams are known by small
/// numbers, which may be used again after the stream has closed. All times are of one monotonic clock of the caller's.
///
/// A pump joins an endpoint to a transport. For each stream, it
/// - passes on what arrives (`receive`, `peerEnded`) and reports a transport that has gone (`closed`);
/// - sends what there is to send (`send`), after each call that concerns the stream;
/// - does what `disposal` says.
///
/// It calls `timePassed` at `deadline`, and serves each stream that `nextChanged` then returns. A call with a stream that
/// is not in use has no effect.
///
/// An endpoint may wrap another one, as TLS does: it is an endpoint to the pump and a pump to the other. It bounds what it
/// holds by taking only a part of what arrives, and by not reporting as `sent` what it has not sent itself.
public protocol StreamEndpoint: ~Copyable {
  // MARK: Input

  /// Takes bytes that have arrived.
  ///
  /// - Returns: how many it took. The caller keeps the others, and offers them again after the next event.
  mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int
  /// The peer has ended its direction behind everything that was received. It may still read. Not more than a repetition
  /// may follow.
  mutating func peerEnded(_ stream: Int, now: Instant)
  /// The transport has closed or lost the stream, in both directions; its number is free.
  mutating func closed(_ stream: Int, now: Instant)

  // MARK: Output

  /// Bytes that wait to be sent.
  func outputCount(_ stream: Int) -> Int
  /// Lends the bytes that wait to be sent; nil for a stream that is not in use.
  func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result?
  /// The transport took the first `count` bytes of the output. There may be more output now.
  mutating func sent(_ stream: Int, _ count: Int, now: Instant)
  /// What the transport should do with the stream now.
  func disposal(_ stream: Int) -> StreamDisposal

  // MARK: Direct output

  /// Whether the endpoint lends bytes from where they lie, without a copy in the output. By default it never does.
  func hasDirectOutput(_ stream: Int) -> Bool
  /// Lends bytes to `transport`, which returns how many it took. The others are lent again by the next call, which should
  /// come when the transport has room. Does nothing while there is output. There may be output afterwards.
  mutating func sendDirectly(
    _ stream: Int, now: Instant, _ transport: (Span<UInt8>) -> Int)

  // MARK: Time

  /// When to call `timePassed`, at the latest; there may be nothing to do by then.
  var deadline: Instant { get }
  /// Acts on all deadlines up to `now`.
  mutating func timePassed(now: Instant)
  /// A stream that may have changed without a call that named it; nil when there are no more. A stream may come more than
  /// once, and may have closed.
  mutating func nextChanged() -> Int?
}

extension StreamEndpoint where Self: ~Copyable {
  /// Never.
  public func hasDirectOutput(_ stream: Int) -> Bool { false }
  /// Lends nothing.
  public mutating func sendDirectly(
    _ stream: Int, now: Instant, _ transport: (Span<UInt8>) -> Int
  ) {}
}

/// What the transport should do with a stream.
public enum StreamDisposal: Equatable, Sendable {
  /// Nothing: the stream stays open.
  case stayOpen
  /// End our direction once the output is sent. The peer may still be sending.
  case endOutput
  /// Close: both directions have ended.
  case close
  /// Reset, which tells the peer that something is missing.
  case reset
}

extension StreamEndpoint where Self: ~Copyable {
  /// Passes bytes that wait to be sent to `transport`: the output, or behind it what the endpoint lends. This is the sending
  /// half of every pump.
  ///
  /// - Parameter transport: returns how many of the bytes it took.
  /// - Returns: whether anything moved, so that another call may move more.
  public mutating func send(
    _ stream: Int, now: Instant, through transport: (Span<UInt8>) -> Int
  ) -> Bool {
    if outputCount(stream) > 0 {
      guard let count = withOutput(stream, transport), count > 0 else { return false }
      sent(stream, count, now: now)
      return true
    }
    guard hasDirectOutput(stream) else { return false }
    var total = 0
    sendDirectly(stream, now: now) { bytes in
      let count = transport(bytes)
      total += count
      return count
    }
    return total > 0 || outputCount(stream) > 0
  }
}
