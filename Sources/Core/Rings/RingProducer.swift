// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The side of a ring that adds elements. There must be one at most for each ring.
///
/// Its own index is private: it is read from memory once, when the producer is made, so that a
/// domain that was restarted goes on where it was; from then on it is only written. A peer that
/// overwrites it confuses nobody but itself.
public struct RingProducer<Format: RingFormat>: ~Copyable {
  let ring: Ring<Format>
  private var position: Format.Index
  // Where the slots that were free at the last look end: a lower bound, as the peer only adds.
  private var end: Format.Index

  public init(_ ring: Ring<Format>) {
    self.ring = ring
    position = ring.loadTail()
    end = position
  }

  /// Number of slots.
  public var capacity: Int { Int(truncatingIfNeeded: ring.capacity) }

  /// Looks at the peer's index: number of elements that can be added now.
  public mutating func free() throws(PeerFault) -> Int {
    let head = ring.loadHead()
    guard position &- head <= ring.capacity else { throw .beyondCapacity }
    let now = head &+ ring.capacity &- position
    guard now >= end &- position else { throw .movedBack }
    end = head &+ ring.capacity
    return Int(truncatingIfNeeded: now)
  }

  /// Puts an element into the next slot, where the peer sees it after `publish`. False when full.
  @inline(__always)
  public mutating func enqueue(_ element: Format.Element) throws(PeerFault) -> Bool {
    if position == end, try isFull() { return false }
    ring.store(element, at: position)
    position &+= 1
    return true
  }

  // Looking is rare: many elements are added for each look.
  @inline(never) private mutating func isFull() throws(PeerFault) -> Bool { try free() == 0 }

  /// Hands over everything enqueued so far: the slots are written before the index is.
  public func publish() { ring.storeTail(position) }

  /// Reads our own index from memory once more: for a queue that its consumer fills before the two begin, as
  /// network clients fill their queues of empty buffers.
  public mutating func adoptPosition() {
    position = ring.loadTail()
    end = position
  }

  /// Takes the peer's index for ours: the ring is empty then. For a peer that has started anew.
  public mutating func resynchronise() {
    position = ring.loadHead()
    end = position
    publish()
  }
}

extension RingProducer where Format: ConsumerSignalled {
  /// Whether the consumer wants a notification of what was published; the answer is yes once.
  public func takeSignalRequest() -> Bool { ring.signal(at: Format.signalOffset).take() }

  /// Whether the consumer wants one, without answering: to pass the wish on to whoever we wait for.
  public func hasSignalRequest() -> Bool { ring.signal(at: Format.signalOffset).isRequested }
}

extension RingProducer where Format: ProducerSignalled {
  /// Asks the consumer for a notification when it has made room, and publishes first: a consumer
  /// cannot make room from elements that it does not see. Look again afterwards: see `Drain`.
  public func requestSignal() {
    publish()
    ring.signal(at: Format.signalOffset).request()
  }
  public func cancelSignal() { ring.signal(at: Format.signalOffset).cancel() }
}
