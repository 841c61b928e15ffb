// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Streams
import Time

/// The application of BoGo's tests: it sends back each byte with its bits inverted. One stream at a time.
struct ShimServer: StreamServer {
  /// The client has ended its direction with close_notify.
  private(set) var hasEnded = false
  private var wish = StreamDisposal.stayOpen
  private var output: [UInt8] = []
  private var changed: [Int] = []

  mutating func open(now: Instant) -> Int? {
    (hasEnded, wish, output) = (false, .stayOpen, [])
    return 0
  }
  mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    for index in bytes.indices { output.append(~bytes[index]) }
    return bytes.count
  }
  mutating func peerEnded(_ stream: Int, now: Instant) {
    hasEnded = true
    wish = .close
  }
  mutating func closed(_ stream: Int, now: Instant) {}

  func outputCount(_ stream: Int) -> Int { output.count }
  func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    body(output.span)
  }
  mutating func sent(_ stream: Int, _ count: Int, now: Instant) { output.removeFirst(count) }
  func disposal(_ stream: Int) -> StreamDisposal { wish }

  var deadline: Instant { .never }
  mutating func timePassed(now: Instant) {}
  mutating func nextChanged() -> Int? { changed.popLast() }
  mutating func wake(_ stream: Int, now: Instant) { changed.append(stream) }

  /// Sends bytes without being asked.
  mutating func say(_ bytes: [UInt8]) { output += bytes }
  /// Ends its own direction first.
  mutating func end() { wish = .endOutput }
}
