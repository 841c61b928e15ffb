// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The side of a ring that takes elements. There must be one at most for each ring. Its own index
/// is private, as `RingProducer`'s is.
public struct RingConsumer<Format: RingFormat>: ~Copyable {
  let ring: Ring<Format>
  private var position: Format.Index
  // The peer's index at the last look: up to there elements may be taken without another.
  private var end: Format.Index

  public init(_ ring: Ring<Format>) {
    self.ring = ring
    position = ring.loadHead()
    end = position
  }

  /// The queue itself: for whoever has to play its other end once, to fill it at the start.
  public var queue: Ring<Format> { ring }

  /// Number of slots.
  public var capacity: Int { Int(truncatingIfNeeded: ring.capacity) }

  /// Looks at the peer's index: number of elements that can be taken now.
  public mutating func available() throws(PeerFault) -> Int {
    let tail = ring.loadTail()
    let now = tail &- position
    guard now <= ring.capacity else { throw .beyondCapacity }
    guard now >= end &- position else { throw .movedBack }
    end = tail
    return Int(truncatingIfNeeded: now)
  }

  /// Takes the next element; its slot is the producer's again after `release`. Nil when empty.
  public mutating func dequeue() throws(PeerFault) -> Format.Element? {
    if position == end, try available() == 0 { return nil }
    return next()
  }

  /// Takes the next of those elements that the last look (`available`, `isExhausted`) has shown; nil when all
  /// of them are taken.
  @inline(__always) public mutating func next() -> Format.Element? {
    if position == end { return nil }
    let element = ring.load(position)
    position &+= 1
    return element
  }

  /// Hands back the slots of everything dequeued so far.
  public func release() { ring.storeHead(position) }

  /// Takes the peer's index for ours: what is in the ring is lost. For a peer that has started
  /// anew.
  public mutating func resynchronise() {
    position = ring.loadTail()
    end = position
    release()
  }
}

extension RingConsumer where Format: ConsumerSignalled {
  /// Asks the producer for a notification when it has added something, and releases first, so that
  /// it has the room to. Look again afterwards: see `Drain`.
  public func requestSignal() {
    release()
    ring.signal(at: Format.signalOffset).request()
  }

  /// For when all that was seen is taken: asks for a notification as `requestSignal` does, and looks again.
  /// False, and the request is taken back, where there is more; otherwise a notification will come.
  @inline(never) public mutating func isExhausted() throws(PeerFault) -> Bool {
    requestSignal()
    if try available() == 0 { return true }
    cancelSignal()
    return false
  }

  public func cancelSignal() { ring.signal(at: Format.signalOffset).cancel() }
  /// Whether the producer has yet to answer an earlier request.
  public var isSignalRequested: Bool { ring.signal(at: Format.signalOffset).isRequested }
}

extension RingConsumer where Format: ProducerSignalled {
  /// Whether the producer wants a notification of what was released; the answer is yes once.
  public func takeSignalRequest() -> Bool { ring.signal(at: Format.signalOffset).take() }
}
