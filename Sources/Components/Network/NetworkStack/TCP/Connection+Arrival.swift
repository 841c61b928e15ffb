// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time
import Wire

/// A parsed, intact segment for this connection.
struct Segment: BitwiseCopyable {
  var header: TCPHeader
  var options: TCPOptions
  /// Position of its data in the frame.
  var payload: ByteRange

  @inline(__always)
  var hasFin: Bool { header.flags.has(.fin) }

  /// Sequence numbers that it occupies: data, SYN and FIN.
  @inline(__always)
  var length: Int {
    payload.count &+ (hasFin ? 1 : 0) &+ (header.flags.has(.syn) ? 1 : 0)
  }
}

/// What the stack has to do after a segment has been processed.
enum Arrival: BitwiseCopyable {
  case nothing
  /// Lend this data to the owner, in the frame.
  case lend(ByteRange)
  /// Answer the segment with a reset (RFC 9293, 3.10.7, "send a reset").
  case refuse
  /// Drop the half-open connection silently: a reset ended it.
  case forget
}

// The steps of RFC 9293, 3.10.7.3 and 3.10.7.4, in the RFC's order.
extension Connection {
  mutating func segmentArrived(
    _ segment: inout Segment, frame: borrowing RawSpan, pool: inout BufferPool, now: Instant
  ) -> Arrival {
    if state == .synSent { return segmentArrivedInSynSent(&segment, pool: &pool, now: now) }
    guard state != .closed else { return .nothing }
    guard passesTimestamps(&segment, now: now) else { return .nothing }
    guard isAcceptable(&segment) else {
      answerUnacceptable(&segment, now: now)
      return .nothing
    }
    if segment.header.flags.rawValue & (TCPFlags.rst.rawValue | TCPFlags.syn.rawValue) != 0 {
      return resetOrSynArrived(&segment, now: now)
    }
    guard segment.header.flags.has(.ack) else { return .nothing }
    lastHeard = now
    probes = 0
    keepRecentTimestamp(&segment, now: now)
    trim(&segment)
    if state == .synReceived {
      guard completeHandshake(&segment, pool: &pool, now: now) else { return .refuse }
      guard state != .closed else { return .refuse }
    }
    guard acknowledge(&segment, now: now) else { return .nothing }
    guard state != .closed else { return .nothing }
    var arrival = Arrival.nothing
    if segment.payload.count > 0 {
      guard !isOrphan || !state.canReceive else {
        // The data will never be read, and the peer has to know (RFC 2525, 2.17).
        fail(.reset)
        return .refuse
      }
      if state.canReceive { arrival = receiveData(&segment, frame: frame, pool: &pool, now: now) }
    }
    if segment.hasFin { recordFin(segment.header.sequence + segment.payload.count) }
    if hasPeerFin, !finReceived, peerFin == rcvNxt { receiveFin(now: now) }
    return arrival
  }

  private mutating func segmentArrivedInSynSent(
    _ segment: inout Segment, pool: inout BufferPool, now: Instant
  ) -> Arrival {
    let header = segment.header
    let hasAck = header.flags.has(.ack)
    if hasAck, header.acknowledgement <= iss || header.acknowledgement > sndMax {
      if header.flags.has(.rst) { return .nothing }
      // The peer still has an old connection, perhaps from before our restart, and takes our SYN
      // for one of its segments. The reset ends that connection, and an early retransmission of the
      // SYN saves the wait of a second.
      if retries == 0 { retransmitAt = min(retransmitAt, now + TCPLimits.synAfterReset) }
      return .refuse
    }
    if header.flags.has(.rst) {
      if hasAck { fail(.refused) }
      return .nothing
    }
    guard header.flags.has(.syn) else { return .nothing }
    synArrived(header, segment.options, offering: receiveBuffer.byteCount, now: now)
    lastHeard = now
    guard hasAck else {
      // Simultaneous open (RFC 9293, 3.5, figure 7): repeat our SYN, with an acknowledgement.
      state = .synReceived
      synPending = true
      sndNxt = iss
      return .nothing
    }
    sndUna = header.acknowledgement
    sndNxt = sndUna
    synPending = false
    established(now: now)
    if isTiming { timer.addSample(now - timedAt) }
    isTiming = false
    ackNow = true
    return .nothing
  }

  mutating func established(now: Instant) {
    state = finQueued ? .finWait1 : .established
    if retries > 0 { timer.useCautiousRTO() }
    retries = 0
    backoff = 0
    retransmitAt = .never
    lastProgress = now
    // The buffer turned out larger than the SYN's answer could promise. Acknowledge the first data
    // at once, so that the peer learns of it.
    if receiveBuffer.byteCount > rcvWnd { unacknowledged = rcvMSS }
    raise(.writable)
  }

  private mutating func completeHandshake(
    _ segment: inout Segment, pool: inout BufferPool, now: Instant
  ) -> Bool {
    let header = segment.header
    guard header.acknowledgement > iss, header.acknowledgement <= sndMax else {
      return false
    }
    // A connection closed before it opened has freed only its receive buffer.
    if sendBuffer.isNone, !allocateBuffers(from: &pool) {
      fail(.noMemory)
      return true
    }
    sndUna = iss + 1
    sndNxt = .max(sndNxt, sndUna)
    synPending = false
    if isTiming, retries == 0 { timer.addSample(now - timedAt) }
    isTiming = false
    sndWnd = Int(header.window) << Int(sndWindShift)
    maxSndWnd = max(maxSndWnd, sndWnd)
    sndWl1 = header.sequence
    sndWl2 = header.acknowledgement
    established(now: now)
    return true
  }

  /// Allocates both buffers, no larger than a fair share of the pool; false if there is no memory.
  mutating func allocateBuffers(from pool: inout BufferPool) -> Bool {
    let share = max(pool.fairByteCount, settings.leastByteCount)
    // The window offered before there was a buffer must be honoured.
    var receive = max(
      min(settings.receiveByteCount, BufferPool.powerOfTwo(within: share)), rcvWnd)
    var send = min(settings.sendByteCount, BufferPool.powerOfTwo(within: share))
    while true {
      if var block = pool.allocate(receive) {
        if let other = pool.allocate(send) {
          receiveBuffer = block
          sendBuffer = other
          return true
        }
        pool.free(&block)
      }
      guard max(receive, send) > settings.leastByteCount else { return false }
      receive = max(receive / 2, min(receive, settings.leastByteCount))
      send = max(send / 2, min(send, settings.leastByteCount))
    }
  }

  /// Protection against wrapped sequence numbers (PAWS; RFC 7323, 5.3). Once timestamps are
  /// negotiated, a segment without them is dropped (3.2).
  @inline(__always)
  private mutating func passesTimestamps(_ segment: inout Segment, now: Instant) -> Bool {
    guard usesTimestamps, !segment.header.flags.has(.rst) else { return true }
    guard let timestamps = segment.options.timestamps else { return false }
    guard Int32(bitPattern: timestamps.value &- tsRecent) < 0 else { return true }
    if now - tsRecentAt > TCPLimits.timestampLifetime {
      tsRecent = timestamps.value
      return true
    }
    // This also answers a SYN that the peer repeats because it lost our acknowledgement.
    answerUnacceptable(&segment, now: now)
    return false
  }

  /// Updates TS.Recent (RFC 7323, 4.3).
  @inline(__always)
  private mutating func keepRecentTimestamp(_ segment: inout Segment, now: Instant) {
    guard usesTimestamps, let timestamps = segment.options.timestamps,
      segment.header.sequence <= lastAckSent,
      Int32(bitPattern: timestamps.value &- tsRecent) >= 0
    else { return }
    tsRecent = timestamps.value
    tsRecentAt = now
  }

  /// The acceptability test (RFC 9293, table 6). With a zero window, a segment at the window's edge
  /// passes so that its ACK counts; `trim` removes its data.
  @inline(__always)
  private mutating func isAcceptable(_ segment: inout Segment) -> Bool {
    let start = segment.header.sequence - rcvNxt
    let length = segment.length
    let rcvWnd = rcvWnd
    if start == 0 { return true }
    // An acknowledgement exactly at the right edge has overtaken the data that fills the window, or
    // that data was lost. Dropping it, as the table demands, would lose an ACK that is never
    // repeated.
    if start == rcvWnd { return length == 0 && !segment.header.flags.has(.rst) }
    if start > 0 { return start < rcvWnd }
    return length > 0 && start &+ length > 0
  }

  private mutating func answerUnacceptable(_ segment: inout Segment, now: Instant) {
    let flags = segment.header.flags
    guard !flags.has(.rst) else { return }
    if state == .synReceived, flags.has(.syn), segment.header.sequence == irs {
      // The peer has not seen our SYN-ACK, or this is a simultaneous open and it has.
      if flags.has(.ack) { ackNow = true } else { synPending = true }
      return
    }
    if state == .timeWait {
      if flags.has(.fin) {
        lingerAt = now + TCPLimits.timeWait
        ackNow = true
      }
      return
    }
    if segment.payload.count > 0 || flags.has(.fin) {
      ackNow = true
      lastHeard = now
    } else {
      challenge(now: now)
    }
  }

  /// Sends a challenge ACK (RFC 5961), which tells a genuine peer what it needs and a forger
  /// nothing. At most one per interval, so that two confused ends do not answer each other for
  /// ever.
  mutating func challenge(now: Instant) {
    guard now - lastChallenge >= TCPLimits.challengeInterval || lastChallenge.nanoseconds == 0
    else { return }
    lastChallenge = now
    ackNow = true
  }

  private mutating func resetOrSynArrived(_ segment: inout Segment, now: Instant) -> Arrival {
    guard segment.header.flags.has(.rst) else {
      // A SYN inside the window is challenged, never obeyed (RFC 5961, 4.2).
      if state == .synReceived, segment.header.sequence == irs {
        synPending = true
      } else {
        challenge(now: now)
      }
      return .nothing
    }
    // Only the exact sequence number resets (RFC 5961, 3.2); TIME-WAIT does not end early (RFC
    // 1337).
    guard state != .timeWait else { return .nothing }
    guard segment.header.sequence == rcvNxt else {
      challenge(now: now)
      return .nothing
    }
    if state == .synReceived, !isActive { return .forget }
    if state == .synReceived {
      fail(.refused)
    } else if state == .closing || state == .lastAck {
      enterClosed()
    } else {
      fail(.reset)
    }
    return .nothing
  }

  /// Cuts the segment to what lies inside the window.
  @inline(__always)
  private mutating func trim(_ segment: inout Segment) {
    let old = rcvNxt - segment.header.sequence
    if old > 0 {
      let gone = min(old, segment.payload.count)
      segment.payload.start &+= gone
      segment.payload.count &-= gone
      segment.header.sequence = segment.header.sequence + gone
    }
    let room = rcvWnd &- (segment.header.sequence - rcvNxt)
    if segment.payload.count > room {
      segment.payload.count = max(0, room)
      ackNow = true
      segment.header.flags = TCPFlags(
        rawValue: segment.header.flags.rawValue & ~TCPFlags.fin.rawValue)
    }
  }
}
