// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A queue of bytes. It keeps no more than 512 bytes of memory when it is empty, so that a thousand
/// idle connections cost little.
struct ByteQueue {
  private(set) var bytes: [UInt8] = []
  private(set) var start = 0
  private let spare: SpareMemory

  /// - Parameter spare: the memory that queues take turns with.
  init(_ spare: SpareMemory) { self.spare = spare }

  var count: Int { bytes.count - start }
  var isEmpty: Bool { start == bytes.count }
  /// The queue's bytes in `bytes`.
  var range: Range<Int> { start..<bytes.count }

  /// Passes the queue's bytes to `body`.
  @inline(__always)
  func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(bytes.span.extracting(range))
  }

  /// Memory that the queue has, in bytes: at most `growth` more than the most that was in it.
  var capacity: Int { bytes.capacity }

  private static var growth: Int { 2048 }
  private static var keptCapacity: Int { 512 }

  mutating func append(_ new: Span<UInt8>) {
    reserve(new.count)
    bytes.append(copying: new)
  }

  /// Appends what `body` appends to the array, which must be no more than `count` bytes.
  mutating func append<Failure: Error>(
    _ count: Int, with body: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    reserve(count)
    try body(&bytes)
  }

  /// Makes room for `count` more bytes. Memory grows in steps, as doubling it could take twice the
  /// limit.
  mutating func reserve(_ count: Int) {
    compact()
    guard bytes.capacity - bytes.count < count else { return }
    if bytes.isEmpty, spare.bytes.capacity >= count { return swap(&bytes, &spare.bytes) }
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
    start = 0
    let capacity = bytes.capacity
    if capacity <= Self.keptCapacity {
      if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
      return
    }
    if capacity <= SpareMemory.limit, capacity > spare.bytes.capacity {
      bytes.removeAll(keepingCapacity: true)
      swap(&bytes, &spare.bytes)
    }
    if bytes.capacity > Self.keptCapacity { bytes = [] }
  }

  /// Removes used bytes once they are the larger part, so that on average each byte moves at most
  /// once.
  private mutating func compact(always: Bool = false) {
    guard start > 0, always || start >= count else { return }
    bytes.removeFirst(bytes: start)
    start = 0
  }
}

/// Memory that a server's queues take turns with: one that runs empty leaves its memory for the next one that grows, as
/// most answers are sent as soon as they are written.
final class SpareMemory {
  var bytes: [UInt8] = []
  /// Bytes. Memory of this size counts for a queue in which there is little.
  static var limit: Int { 4096 }
}
