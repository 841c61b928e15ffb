// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkComponents
import Rings

/// A pair of network queues in memory of its own, with the peer's side for tests. That side reads and writes the bytes
/// that sDDF's header describes, without using `Rings`.
public final class NetPair {
  /// The number of descriptors that each queue holds.
  public let capacity: Int
  private let memory: SharedMemory
  private let stride: Int
  /// The queues as a component under test sees them.
  public let rings: NetRings

  /// Creates empty queues; nil unless `Rings` accepts the capacity.
  public init?(capacity: Int) {
    self.capacity = capacity
    stride = 8 + 16 * capacity
    memory = SharedMemory(byteCount: 2 * stride)
    guard
      let free = Ring<NetQueue>(queue: memory.region(from: 0, to: stride), capacity: capacity),
      let active = Ring<NetQueue>(
        queue: memory.region(from: stride, to: 2 * stride), capacity: capacity)
    else { return nil }
    rings = NetRings(free: free, active: active)
  }

  /// A queue of the pair, in their order in memory.
  public enum Queue: Int {
    /// The queue of empty buffers.
    case free = 0
    /// The queue of frames.
    case active = 1
  }

  private func base(_ queue: Queue) -> Int { queue.rawValue * stride }

  /// The producer's index.
  public func tail(_ queue: Queue) -> UInt16 { memory.peek(UInt16.self, at: base(queue)) }
  /// Sets the producer's index, to any value.
  public func setTail(_ queue: Queue, _ value: UInt16) { memory.poke(value, at: base(queue)) }
  /// The consumer's index.
  public func head(_ queue: Queue) -> UInt16 { memory.peek(UInt16.self, at: base(queue) + 2) }
  /// Sets the consumer's index, to any value.
  public func setHead(_ queue: Queue, _ value: UInt16) { memory.poke(value, at: base(queue) + 2) }
  /// The flag of the queue: 0 requests a signal.
  public func signalled(_ queue: Queue) -> UInt32 { memory.peek(UInt32.self, at: base(queue) + 4) }
  /// Sets the flag; 0 requests a signal.
  public func setSignalled(_ queue: Queue, _ value: UInt32) {
    memory.poke(value, at: base(queue) + 4)
  }
  /// The number of descriptors in the queue, by its indices.
  public func count(_ queue: Queue) -> Int { Int(tail(queue) &- head(queue)) }

  /// Adds a descriptor as a C producer does; false if the queue is full.
  @discardableResult public func put(_ queue: Queue, _ descriptor: NetDescriptor) -> Bool {
    guard count(queue) < capacity else { return false }
    let slot = base(queue) + 8 + 16 * (Int(tail(queue)) % capacity)
    memory.poke(descriptor.address, at: slot)
    memory.poke(descriptor.length, at: slot + 8)
    memory.poke(descriptor.owner, at: slot + 10)
    setTail(queue, tail(queue) &+ 1)
    return true
  }

  /// Everything in the queue, which stays there.
  public func contents(_ queue: Queue) -> [NetDescriptor] {
    let head = head(queue)
    defer { setHead(queue, head) }
    return take(queue)
  }

  /// Takes up to `limit` descriptors, as a C consumer does.
  public func take(_ queue: Queue, limit: Int = .max) -> [NetDescriptor] {
    var taken: [NetDescriptor] = []
    while count(queue) > 0, taken.count < limit {
      let slot = base(queue) + 8 + 16 * (Int(head(queue)) % capacity)
      taken.append(
        NetDescriptor(
          address: memory.peek(UInt64.self, at: slot),
          length: memory.peek(UInt16.self, at: slot + 8),
          owner: memory.peek(UInt8.self, at: slot + 10)))
      setHead(queue, head(queue) &+ 1)
    }
    return taken
  }
}
