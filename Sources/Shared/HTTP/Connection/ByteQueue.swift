// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Bytes that come at one end and go at the other, up to a capacity. Empty, it holds no memory
/// beyond a small buffer, so that a thousand idle connections cost little.
struct ByteQueue: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var start = 0

  var count: Int { bytes.count - start }
  var isEmpty: Bool { start == bytes.count }
  var range: Range<Int> { start..<bytes.count }

  mutating func append(_ new: Span<UInt8>) {
    compact()
    bytes.append(copying: new)
  }

  /// For those that know the room.
  mutating func append<Failure: Error>(
    with body: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    compact()
    try body(&bytes)
  }

  /// Makes room for `count` bytes at once.
  mutating func reserve(_ count: Int) {
    compact()
    bytes.reserveCapacity(bytes.count + count)
  }

  mutating func drop(_ count: Int) {
    start += Swift.min(Swift.max(count, 0), self.count)
    if isEmpty { removeAll() }
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 512)
    start = 0
  }

  // What is used up goes when it is the larger part: each byte moves once at most on average.
  private mutating func compact() {
    guard start > 0, start >= count else { return }
    bytes.removeFirst(bytes: start)
    start = 0
  }
}
