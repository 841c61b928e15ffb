// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// A serial queue in memory of its own, with the peer's side for tests. That side reads and writes the
/// bytes that sDDF's header describes, without using `Rings`.
public final class SerialPair {
  /// The number of bytes that the queue holds.
  public let capacity: Int
  private let memory: SharedMemory
  /// The queue as a component under test sees it.
  public let ring: Ring<SerialQueue>

  /// Creates an empty queue; nil unless `Rings` accepts the capacity.
  public init?(capacity: Int) {
    self.capacity = capacity
    memory = SharedMemory(byteCount: 64 + capacity)
    guard
      let ring = Ring<SerialQueue>(
        queue: memory.region(from: 0, to: 12), data: memory.region(from: 64, to: 64 + capacity))
    else { return nil }
    self.ring = ring
  }

  /// The producer's index.
  public var tail: UInt32 {
    get { memory.peek(UInt32.self, at: 0) }
    set { memory.poke(newValue, at: 0) }
  }
  /// The consumer's index.
  public var head: UInt32 {
    get { memory.peek(UInt32.self, at: 4) }
    set { memory.poke(newValue, at: 4) }
  }
  /// The flag of the queue: 0 requests a signal.
  public var producerSignalled: UInt32 {
    get { memory.peek(UInt32.self, at: 8) }
    set { memory.poke(newValue, at: 8) }
  }

  /// The number of bytes in the queue, by its indices.
  public var count: Int { Int(tail &- head) }

  /// Acts as a well-behaved C producer: adds the bytes that fit.
  @discardableResult public func put(_ bytes: some Sequence<UInt8>) -> Int {
    var added = 0
    for byte in bytes where tail &- head < UInt32(capacity) {
      memory.poke(byte, at: 64 + Int(tail) % capacity)
      tail &+= 1
      added += 1
    }
    return added
  }
  /// Adds the text's UTF-8 bytes that fit. Returns how many.
  @discardableResult public func put(_ text: String) -> Int { put(text.utf8) }

  /// Acts as a well-behaved C consumer: takes up to `limit` bytes.
  public func take(_ limit: Int = .max) -> [UInt8] {
    var bytes: [UInt8] = []
    while tail != head, bytes.count < limit {
      bytes.append(memory.peek(UInt8.self, at: 64 + Int(head) % capacity))
      head &+= 1
    }
    return bytes
  }
  /// Takes up to `limit` bytes, as UTF-8.
  public func takeText(_ limit: Int = .max) -> String {
    String(decoding: take(limit), as: UTF8.self)
  }
}
