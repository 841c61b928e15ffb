// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The side of a ring that adds elements. Each ring must have at most one.
///
/// The producer keeps its own index privately. It reads the index from memory once, when it is made,
/// so that a restarted domain continues where it stopped; after that it only writes it. A peer that
/// overwrites the index in memory confuses only itself.
public struct RingProducer<Format: RingFormat>: ~Copyable {
  let ring: Ring<Format>
  private var position: Format.Index
  // End of the slots known to be free. The peer can only free more, so this is a lower bound.
  private var end: Format.Index

  /// The producer of `ring`, starting at the index found in memory.
  public init(_ ring: Ring<Format>) {
    self.ring = ring
    position = ring.loadTail()
    end = position
  }

  /// Number of slots.
  public var capacity: Int { Int(truncatingIfNeeded: ring.capacity) }

  /// Reads the peer's index. Returns the number of elements that can be added now.
  public mutating func free() throws(PeerFault) -> Int {
    let head = ring.loadHead()
    guard position &- head <= ring.capacity else { throw .beyondCapacity }
    let now = head &+ ring.capacity &- position
    guard now >= end &- position else { throw .movedBack }
    end = head &+ ring.capacity
    return Int(truncatingIfNeeded: now)
  }

  /// Puts an element into the next slot; the peer sees it after `publish`. False if the ring is full.
  @inline(__always)
  public mutating func enqueue(_ element: Format.Element) throws(PeerFault) -> Bool {
    if position == end, try isFull() { return false }
    ring.store(element, at: position)
    position &+= 1
    return true
  }

  // Out of line because it is rare: one read of the peer's index covers many elements.
  @inline(never) private mutating func isFull() throws(PeerFault) -> Bool { try free() == 0 }

  /// Hands over everything enqueued so far. The store of the index releases, so the peer that sees the
  /// index also sees the slots.
  public func publish() { ring.storeTail(position) }

  /// Reads our own index from memory again. Needed for a queue that its consumer fills at the start, as network
  /// clients fill their queues of empty buffers.
  public mutating func adoptPosition() {
    position = ring.loadTail()
    end = position
  }

  /// Sets our index to the peer's, which empties the ring. For use after the peer was restarted.
  public mutating func resynchronise() {
    position = ring.loadHead()
    end = position
    publish()
  }
}

extension RingProducer where Format == SerialQueue {
  /// Puts bytes into the next slots, if there is room for all of them; the peer sees them after `publish`.
  @_optimize(speed)
  public mutating func enqueue(_ bytes: Span<UInt8>) throws(PeerFault) -> Bool {
    if Int(truncatingIfNeeded: end &- position) < bytes.count {
      guard try free() >= bytes.count else { return false }
    }
    ring.store(bytes, at: position)
    position &+= UInt32(truncatingIfNeeded: bytes.count)
    return true
  }

  /// Slots that `free` has found.
  var knownRoom: Int { Int(truncatingIfNeeded: end &- position) }

  mutating func put(_ count: Int, of other: Ring<SerialQueue>, from index: UInt32) {
    ring.copy(count, of: other, from: index, to: position)
    position &+= UInt32(truncatingIfNeeded: count)
  }
}

extension RingProducer where Format: ConsumerSignalled {
  /// Whether the consumer has requested a notification of new elements. Clears the request, so call it
  /// after `publish`, and notify if it returns true.
  public func takeSignalRequest() -> Bool { ring.signal(at: Format.signalOffset).takeRequest() }

  /// Whether the consumer has requested a notification. Leaves the request in place, for a caller that
  /// passes the request on to the peer it waits for itself.
  public func hasSignalRequest() -> Bool { ring.signal(at: Format.signalOffset).isRequested }
}

extension RingProducer where Format: ProducerSignalled {
  /// Requests a notification when the consumer has made room. Publishes first: the consumer cannot
  /// free slots of elements that it does not see. Check `free` again afterwards, as `Drain` does.
  public func requestSignal() {
    publish()
    ring.signal(at: Format.signalOffset).request()
  }

  /// Withdraws the request.
  public func cancelSignal() { ring.signal(at: Format.signalOffset).cancel() }
}

#if !hasFeature(Embedded)
  extension RingProducer {
    /// What is wrong with the private indices; nil if nothing is. Whatever a peer writes, it must stay nil. For tests.
    package func checkInvariants() -> String? {
      let known = end &- position
      return known <= ring.capacity
        ? nil : "\(known) slots known ahead of \(position), of \(ring.capacity) in all"
    }
  }
#endif
