// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// An endpoint of one stream at a time, which is number 0. Its methods do without the number.
public protocol SingleStreamEndpoint: StreamEndpoint, ~Copyable {
  /// The stream is open: a new one, after an earlier one has closed.
  mutating func connected(now: Instant)
  /// The transport has closed or lost the stream, or could not open it.
  mutating func disconnected(now: Instant)
  /// Takes bytes that have arrived, and returns how many it took.
  mutating func receive(_ bytes: Span<UInt8>, now: Instant) -> Int
  /// Bytes that wait to be sent.
  var outputCount: Int { get }
  /// Lends the bytes that wait to be sent.
  func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result
  /// The transport took the first `count` bytes of the output.
  mutating func sent(_ count: Int)
}

extension SingleStreamEndpoint where Self: ~Copyable {
  /// Takes bytes that have arrived, and returns how many it took.
  @inline(__always)
  public mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    receive(bytes, now: now)
  }
  /// Counts as the end of both directions.
  public mutating func peerEnded(_ stream: Int, now: Instant) { disconnected(now: now) }
  /// The stream has closed.
  public mutating func closed(_ stream: Int, now: Instant) { disconnected(now: now) }
  /// Bytes that wait to be sent.
  @inline(__always)
  public func outputCount(_ stream: Int) -> Int { outputCount }
  /// Lends the bytes that wait to be sent.
  @inline(__always)
  public func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    withOutput(body)
  }
  /// The transport took the first `count` bytes of the output.
  @inline(__always)
  public mutating func sent(_ stream: Int, _ count: Int, now: Instant) { sent(count) }
  /// The stream stays open.
  public func disposal(_ stream: Int) -> StreamDisposal { .stayOpen }
  /// None: a caller serves the one stream after each event.
  public mutating func nextChanged() -> Int? { nil }
}

/// An endpoint that asks for its stream to be opened and closed.
public protocol StreamClient: SingleStreamEndpoint, ~Copyable {
  /// What to do with the stream now; ask after each event, until it is nil. `connected` and `disconnected` then report on
  /// the stream that was asked for last only.
  mutating func nextAction(now: Instant) -> StreamAction?
}

/// What a client wants done with its stream.
public enum StreamAction: Equatable, Sendable {
  /// Connect to the server's `port` from `localPort`; 0 for any. Each attempt uses another local port, because the last one
  /// may still be in use.
  case connect(port: UInt16, localPort: UInt16)
  /// Close the stream, or give up the attempt to open it, without a report.
  case disconnect
}
