// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time
import Wire

// Data and FIN of received segments (RFC 9293, 3.10.7.4, seventh and eighth steps).
extension Connection {
  /// Receives data that lies inside the window.
  mutating func receiveData(
    _ segment: inout Segment, frame: borrowing RawSpan, pool: inout BufferPool, now: Instant
  ) -> Arrival {
    let start = segment.header.sequence
    let count = segment.payload.count
    // Nothing may lie beyond a FIN that was seen, or beyond the ring.
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
      // Data that fills a gap is acknowledged at once (RFC 5681, 4.2).
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
    // Acknowledge at least every second full segment (RFC 9293, 3.8.6.3).
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

  /// Adds blocks for the out-of-order data, the latest first (RFC 2018, 4).
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

  /// Records where the peer's data ends. The first FIN counts, unless data has already arrived
  /// behind it.
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

  /// Moves the window's right edge. A window never shrinks, and opens in steps of at least a
  /// segment or half the buffer (RFC 9293, 3.8.6.2.2).
  @inline(__always)
  mutating func advanceEdge() {
    let free = receiveBuffer.byteCount &- (rcvNxt - rcvRead)
    let possible = rcvNxt + max(0, free)
    let step = min(receiveBuffer.byteCount / 2, rcvMSS)
    if possible - rcvEdge >= step { rcvEdge = possible }
  }

  /// Frees what the owner has read, and acknowledges at once if the peer should learn of the room.
  mutating func didRead(_ count: Int) {
    rcvRead = rcvRead + count
    guard state.canReceive else { return }
    let gain = (rcvRead + receiveBuffer.byteCount) - rcvEdge
    if gain >= min(receiveBuffer.byteCount / 2, 2 &* rcvMSS) { ackNow = true }
  }
}
