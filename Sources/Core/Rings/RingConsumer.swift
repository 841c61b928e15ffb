// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The side of a ring that takes elements. Each ring must have at most one. It keeps its own index
/// privately, as `RingProducer` does.
public struct RingConsumer<Format: RingFormat>: ~Copyable {
  let ring: Ring<Format>
  private var position: Format.Index
  // The peer's index when last read. Elements before it can be taken without reading it again.
  private var end: Format.Index

  /// The consumer of `ring`, starting at the index found in memory.
  public init(_ ring: Ring<Format>) {
    self.ring = ring
    position = ring.loadHead()
    end = position
  }

  /// The ring. For a consumer that fills its own queue once at the start, through a producer.
  public var queue: Ring<Format> { ring }

  /// Number of slots.
  public var capacity: Int { Int(truncatingIfNeeded: ring.capacity) }

  /// Reads the peer's index. Returns the number of elements that can be taken now.
  public mutating func available() throws(PeerFault) -> Int {
    let tail = ring.loadTail()
    let now = tail &- position
    guard now <= ring.capacity else { throw .beyondCapacity }
    guard now >= end &- position else { throw .movedBack }
    end = tail
    return Int(truncatingIfNeeded: now)
  }

  /// Takes the next element. Its slot returns to the producer with `release`. Nil if the ring is empty.
  public mutating func dequeue() throws(PeerFault) -> Format.Element? {
    if position == end, try available() == 0 { return nil }
    return next()
  }

  /// Takes the next element that `available` or `requestSignalIfEmpty` found, without reading the peer's index;
  /// nil if all of those are taken.
  @inline(__always) public mutating func next() -> Format.Element? {
    if position == end { return nil }
    let element = ring.load(position)
    position &+= 1
    return element
  }

  /// Returns the slots of everything dequeued so far. The store releases: our loads of the slots come before the
  /// producer's next stores to them.
  public func release() { ring.storeHead(position) }

  /// Sets our index to the peer's; elements in the ring are lost. For use after the peer was restarted.
  public mutating func resynchronise() {
    position = ring.loadTail()
    end = position
    release()
  }
}

extension RingConsumer where Format == SerialQueue {
  /// Moves up to `count` bytes to another ring, without reading a peer's index: those that `available` has found, as far as
  /// `free` has found room. Returns how many.
  public mutating func move(_ count: Int, to producer: inout RingProducer<SerialQueue>) -> Int {
    let known = min(Int(truncatingIfNeeded: end &- position), producer.knownRoom)
    let count = min(count, known)
    producer.put(count, of: ring, from: position)
    position &+= UInt32(truncatingIfNeeded: count)
    return count
  }
}

extension RingConsumer where Format: ConsumerSignalled {
  /// Requests a notification of new elements. Releases first, so that the producer has room to add them.
  /// Check `available` again afterwards, as `requestSignalIfEmpty` does.
  public func requestSignal() {
    release()
    ring.signal(at: Format.signalOffset).request()
  }

  /// Requests a notification and reads the peer's index again, in this order, so that no wake-up is lost.
  /// True if the ring is empty: a notification will come. False if it has elements: the request is withdrawn.
  @inline(never) public mutating func requestSignalIfEmpty() throws(PeerFault) -> Bool {
    requestSignal()
    if try available() == 0 { return true }
    cancelSignal()
    return false
  }

  /// Withdraws the request.
  public func cancelSignal() { ring.signal(at: Format.signalOffset).cancel() }
  /// Whether an earlier request is still unanswered.
  public var isSignalRequested: Bool { ring.signal(at: Format.signalOffset).isRequested }
}

extension RingConsumer where Format: ProducerSignalled {
  /// Whether the producer has requested a notification of room. Clears the request, so call it after
  /// `release`, and notify if it returns true.
  public func takeSignalRequest() -> Bool { ring.signal(at: Format.signalOffset).takeRequest() }
}

#if !hasFeature(Embedded)
  extension RingConsumer {
    /// What is wrong with the private indices; nil if nothing is. Whatever a peer writes, it must stay nil. For tests.
    package func checkInvariants() -> String? {
      let known = end &- position
      return known <= ring.capacity
        ? nil : "\(known) slots known ahead of \(position), of \(ring.capacity) in all"
    }
  }
#endif
