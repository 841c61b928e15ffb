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

  /// Memory that it has, in bytes: no more than `growth` above the most that was in it.
  var capacity: Int { bytes.capacity }

  private static var growth: Int { 2048 }

  mutating func append(_ new: Span<UInt8>) {
    reserve(new.count)
    bytes.append(copying: new)
  }

  /// For those that know the room.
  ///
  /// - Parameter count: bytes that `body` appends at most.
  mutating func append<Failure: Error>(
    _ count: Int, with body: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    reserve(count)
    try body(&bytes)
  }

  /// Makes room for `count` bytes at once: by steps, as doubling would take twice the limits.
  mutating func reserve(_ count: Int) {
    compact()
    guard bytes.capacity - bytes.count < count else { return }
    compact(always: true)
    let needed = bytes.count + count
    guard bytes.capacity < needed else { return }
    bytes.reserveCapacity(
      needed <= 512 ? needed : (needed + Self.growth - 1) / Self.growth * Self.growth)
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
  private mutating func compact(always: Bool = false) {
    guard start > 0, always || start >= count else { return }
    bytes.removeFirst(bytes: start)
    start = 0
  }
}
