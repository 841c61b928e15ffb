// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// The data of segments (RFC 9293, 3.10.7.4, seventh and eighth).
extension Connection {
  /// Takes data that lies inside the window.
  mutating func take(
    _ segment: inout Segment, frame: borrowing RawSpan, pool: inout BufferPool, now: Instant
  ) -> Arrival {
    let start = segment.header.sequence
    let count = segment.payload.count
    // Never beyond a FIN that has been seen, nor beyond the ring.
    guard !finReceived, !hasPeerFin || start + count <= peerFin,
      (start + count) - read <= receiveBuffer.byteCount
    else {
      ackNow = true
      return .nothing
    }
    lastProgress = now
    guard start == rcvNext else {
      takeOutOfOrder(&segment, frame: frame, pool: &pool)
      return .nothing
    }
    if settings.isDirect, read == rcvNext, arrived.isEmpty, listener < 0 {
      rcvNext = rcvNext + count
      read = rcvNext
      noteInOrder(count, now: now)
      return .lend(segment.payload)
    }
    pool.copyIn(
      frame.extracting(segment.payload.bounds(in: frame.byteCount)), to: receiveBuffer,
      at: start.value)
    rcvNext = rcvNext + count
    if arrived.isEmpty {
      noteInOrder(count, now: now)
    } else {
      // What fills a gap is acknowledged at once (RFC 5681, 4.2).
      arrived.removeBelow(rcvNext)
      if !arrived.isEmpty, arrived[0].start == rcvNext {
        rcvNext = arrived[0].end
        arrived.removeBelow(rcvNext)
      }
      ackNow = true
    }
    raise(.readable)
    return .nothing
  }

  @inline(__always)
  private mutating func noteInOrder(_ count: Int, now: Instant) {
    unacknowledged &+= count
    // More than a full segment: every second one (RFC 9293, 3.8.6.3).
    if unacknowledged > peerSegment {
      ackNow = true
    } else if acknowledgeAt == .never {
      acknowledgeAt = now + TCPLimits.delayedAcknowledgement
    }
  }

  @inline(never)
  private mutating func takeOutOfOrder(
    _ segment: inout Segment, frame: borrowing RawSpan, pool: inout BufferPool
  ) {
    ackNow = true
    let start = segment.header.sequence
    let range = SequenceRange(start, start + segment.payload.count)
    guard arrived.insert(range) != .noRoom else { return }
    pool.copyIn(
      frame.extracting(segment.payload.bounds(in: frame.byteCount)), to: receiveBuffer,
      at: start.value)
    latest = start
  }

  /// The blocks of what arrived out of order, the latest first (RFC 2018, 4).
  mutating func selectiveBlocks(_ options: inout TCPOptions) {
    guard usesSelective, !arrived.isEmpty else { return }
    var first = 0
    for index in 0..<arrived.count
    where arrived[index].start <= latest && latest < arrived[index].end { first = index }
    options.blocks[0] = arrived[first]
    var count = 1
    for index in 0..<arrived.count where index != first && count < 4 {
      options.blocks[count] = arrived[index]
      count &+= 1
    }
    options.blockCount = count
  }

  /// Remembers where the peer's data ends. The first FIN counts; one that contradicts what has
  /// arrived behind it does not.
  mutating func noteFin(_ number: SequenceNumber) {
    guard !hasPeerFin, state.canReceive, number >= rcvNext,
      arrived.isEmpty || arrived[arrived.count &- 1].end <= number
    else {
      if hasPeerFin { ackNow = true }
      return
    }
    hasPeerFin = true
    peerFin = number
    if number != rcvNext { ackNow = true }
  }

  mutating func takeFin(now: Instant) {
    finReceived = true
    rcvNext = rcvNext + 1
    edge = .max(edge, rcvNext)
    ackNow = true
    raise(.readable)
    switch state {
    case .established: state = .closeWait
    case .finWait1: state = .closing
    case .finWait2: enterTimeWait(now: now)
    default: break
    }
  }

  /// Bytes that can be offered beyond `rcvNext`: a window never shrinks, and opens by steps that are
  /// worth a segment (RFC 9293, 3.8.6.2.2).
  @inline(__always)
  mutating func advanceEdge() {
    let free = receiveBuffer.byteCount &- (rcvNext - read)
    let possible = rcvNext + max(0, free)
    let step = min(receiveBuffer.byteCount / 2, peerSegment)
    if possible - edge >= step { edge = possible }
  }

  /// Whether the peer should hear of the room that reading has made.
  mutating func didRead(_ count: Int) {
    read = read + count
    guard state.canReceive else { return }
    let gain = (read + receiveBuffer.byteCount) - edge
    if gain >= min(receiveBuffer.byteCount / 2, 2 &* peerSegment) { ackNow = true }
  }
}
