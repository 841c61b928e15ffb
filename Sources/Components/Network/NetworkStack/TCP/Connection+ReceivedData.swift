// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// The data of segments (RFC 9293, 3.10.7.4, seventh and eighth).
extension Connection {
  /// Takes data that lies inside the window.
  mutating func receiveData(
    _ segment: inout Segment, frame: borrowing RawSpan, pool: inout BufferPool, now: Instant
  ) -> Arrival {
    let start = segment.header.sequence
    let count = segment.payload.count
    // Never beyond a FIN that has been seen, nor beyond the ring.
    guard !finReceived, !hasPeerFin || start + count <= peerFin,
      (start + count) - rcvRead <= receiveBuffer.byteCount
    else {
      ackNow = true
      return .nothing
    }
    lastProgress = now
    guard start == rcvNxt else {
      storeOutOfOrder(&segment, frame: frame, pool: &pool)
      return .nothing
    }
    if settings.isDirect, rcvRead == rcvNxt, outOfOrder.isEmpty, listener < 0 {
      rcvNxt = rcvNxt + count
      rcvRead = rcvNxt
      acknowledgeLater(count, now: now)
      return .lend(segment.payload)
    }
    pool.copyIn(
      frame.extracting(segment.payload.bounds(in: frame.byteCount)), to: receiveBuffer,
      at: start.value)
    rcvNxt = rcvNxt + count
    if outOfOrder.isEmpty {
      acknowledgeLater(count, now: now)
    } else {
      // What fills a gap is acknowledged at once (RFC 5681, 4.2).
      outOfOrder.removeBelow(rcvNxt)
      if !outOfOrder.isEmpty, outOfOrder[0].start == rcvNxt {
        rcvNxt = outOfOrder[0].end
        outOfOrder.removeBelow(rcvNxt)
      }
      ackNow = true
    }
    raise(.readable)
    return .nothing
  }

  @inline(__always)
  private mutating func acknowledgeLater(_ count: Int, now: Instant) {
    unacknowledged &+= count
    // More than a full segment: every second one (RFC 9293, 3.8.6.3).
    if unacknowledged > rcvMSS {
      ackNow = true
    } else if acknowledgeAt == .never {
      acknowledgeAt = now + TCPLimits.delayedAcknowledgement
    }
  }

  @inline(never)
  private mutating func storeOutOfOrder(
    _ segment: inout Segment, frame: borrowing RawSpan, pool: inout BufferPool
  ) {
    ackNow = true
    let start = segment.header.sequence
    let range = SequenceRange(start, start + segment.payload.count)
    guard outOfOrder.insert(range) != .noRoom else { return }
    pool.copyIn(
      frame.extracting(segment.payload.bounds(in: frame.byteCount)), to: receiveBuffer,
      at: start.value)
    latestOutOfOrder = start
  }

  /// The blocks of what arrived out of order, the latest first (RFC 2018, 4).
  mutating func addSACKBlocks(_ options: inout TCPOptions) {
    guard usesSACK, !outOfOrder.isEmpty else { return }
    var first = 0
    for index in 0..<outOfOrder.count
    where outOfOrder[index].start <= latestOutOfOrder && latestOutOfOrder < outOfOrder[index].end {
      first = index
    }
    options.blocks[0] = outOfOrder[first]
    var count = 1
    for index in 0..<outOfOrder.count where index != first && count < 4 {
      options.blocks[count] = outOfOrder[index]
      count &+= 1
    }
    options.blockCount = count
  }

  /// Remembers where the peer's data ends. The first FIN counts; one that contradicts what has
  /// arrived behind it does not.
  mutating func recordFin(_ number: SequenceNumber) {
    guard !hasPeerFin, state.canReceive, number >= rcvNxt,
      outOfOrder.isEmpty || outOfOrder[outOfOrder.count &- 1].end <= number
    else {
      if hasPeerFin { ackNow = true }
      return
    }
    hasPeerFin = true
    peerFin = number
    if number != rcvNxt { ackNow = true }
  }

  mutating func receiveFin(now: Instant) {
    finReceived = true
    rcvNxt = rcvNxt + 1
    rcvEdge = .max(rcvEdge, rcvNxt)
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
    let free = receiveBuffer.byteCount &- (rcvNxt - rcvRead)
    let possible = rcvNxt + max(0, free)
    let step = min(receiveBuffer.byteCount / 2, rcvMSS)
    if possible - rcvEdge >= step { rcvEdge = possible }
  }

  /// Whether the peer should hear of the room that reading has made.
  mutating func didRead(_ count: Int) {
    rcvRead = rcvRead + count
    guard state.canReceive else { return }
    let gain = (rcvRead + receiveBuffer.byteCount) - rcvEdge
    if gain >= min(receiveBuffer.byteCount / 2, 2 &* rcvMSS) { ackNow = true }
  }
}
