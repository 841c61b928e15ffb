// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time
import Wire

// The ACK field (RFC 9293, 3.10.7.4, fifth step) and what it says about losses.
extension Connection {
  /// Processes the ACK field; false if the rest of the segment has to be ignored.
  mutating func acknowledge(_ segment: inout Segment, now: Instant) -> Bool {
    let ack = segment.header.acknowledgement
    let acked = ack - sndUna
    // The acceptable range of RFC 5961, 5.2.
    guard ack <= sndMax, acked >= 0 &- maxSndWnd else {
      challenge(now: now)
      return false
    }
    let before = sndWnd
    var isNews = false
    if segment.options.blockCount > 0, usesSACK { isNews = recordBlocks(of: &segment, ack) }
    updateWindow(&segment, acked)
    if acked > 0 {
      advance(to: ack, &segment, now: now)
    } else if acked == 0, flight > 0, sndWnd > 0, segment.payload.count == 0, !segment.hasFin,
      usesSACK ? isNews : sndWnd == before
    {
      countDuplicate(now: now)
    }
    if isTailOut { judgeTail(&segment, now: now) }
    if isNews, !isRecovering, sndUna >= recover, isFirstLost { enterRecovery(now: now) }
    return true
  }

  @inline(__always)
  private mutating func updateWindow(_ segment: inout Segment, _ acked: Int) {
    let header = segment.header
    guard acked >= 0,
      sndWl1 < header.sequence
        || (sndWl1 == header.sequence && sndWl2 <= header.acknowledgement)
    else { return }
    let advertised = Int(header.window) << Int(sndWindShift)
    if sndWnd == 0 {
      // The peer is alive, however full (RFC 9293, 3.8.6.1).
      retries = 0
      if advertised > 0 { probeBackoff = 0 }
      if advertised > 0, flight > 0 {
        // Data sent into the closed window was dropped.
        sndNxt = sndUna
        retransmitAt = .never
      }
    }
    sndWnd = advertised
    maxSndWnd = max(maxSndWnd, sndWnd)
    sndWl1 = header.sequence
    sndWl2 = header.acknowledgement
  }

  private mutating func advance(
    to ack: SequenceNumber, _ segment: inout Segment, now: Instant
  ) {
    let acked = ack - sndUna
    let flightBefore = flight
    // Data that was in flight at the last timeout and may have been retransmitted since.
    let isOld = sndUna < recover
    sndUna = ack
    sndNxt = .max(sndNxt, sndUna)
    highRxt = .max(highRxt, sndUna)
    lossMark = .max(lossMark, sndUna)
    // Every mark that is compared has to keep up: numbers 2 GB apart compare the wrong way round.
    recover = .max(recover, sndUna)
    if !scoreboard.isEmpty { scoreboard.removeBelow(sndUna) }
    sampleRoundTrip(&segment, now: now)
    retries = 0
    probeBackoff = 0
    lastProgress = now
    tailTries = 0
    if sndUna == sndMax { retransmitAt = .never } else { startTimer(now: now) }
    if isRecovering {
      continueRecovery(acked, now: now)
    } else {
      dupAcks = 0
      if wasWindowLimited || flightBefore >= congestion.cwnd {
        // In slow start after a timeout, count one segment per acknowledgement, which may cover
        // data that arrived before it (RFC 3465, 2.3).
        congestion.acknowledged(
          isOld ? min(acked, mss) : acked, mss: mss,
          roundTrip: Interval(nanoseconds: timer.srtt), now: now)
      }
    }
    startTailTimer(now: now)
    if wantsWritable, writable >= min(sendBuffer.byteCount / 2, 2 &* mss) {
      wantsWritable = false
      raise(.writable)
    }
    if isFinAcknowledged { finIsAcknowledged(now: now) }
  }

  private mutating func finIsAcknowledged(now: Instant) {
    switch state {
    case .finWait1:
      state = .finWait2
      if isOrphan { lingerAt = now + TCPLimits.orphanWait }
    case .closing: enterTimeWait(now: now)
    case .lastAck: enterClosed()
    default: break
    }
  }

  /// Samples the round-trip time: by our own clock for one segment per round trip (Karn's rule), or by
  /// the echoed timestamp if a retransmission spoilt that (RFC 7323, 4.1). A backed-off timeout
  /// stays until there is a sample: without one it is the only sign that the path has become slower
  /// (RFC 6298, 5.5 to 5.7).
  @inline(__always)
  private mutating func sampleRoundTrip(_ segment: inout Segment, now: Instant) {
    if isTiming {
      guard sndUna > timedSequence else { return }
      isTiming = false
      timer.addSample(now - timedAt)
      backoff = 0
    } else if usesTimestamps, let timestamps = segment.options.timestamps, timestamps.echo != 0 {
      let elapsed = timestamp(now: now) &- timestamps.echo
      // An echo from the future or from hours ago is bogus.
      if elapsed < 1 << 22 {
        timer.addSample(.milliseconds(UInt64(max(elapsed, 1))))
        backoff = 0
      }
    }
  }

  /// Records what the peer has received (RFC 2018, 5); true if any of it is new. Blocks below the
  /// ACK report duplicates (RFC 2883); blocks outside of the sent data are nonsense.
  @inline(never)
  private mutating func recordBlocks(of segment: inout Segment, _ ack: SequenceNumber) -> Bool {
    var isNews = false
    let low = SequenceNumber.max(ack, sndUna)
    for index in 0..<min(segment.options.blockCount, 4) {
      let block = segment.options.blocks[index]
      guard block.start < block.end, block.end <= sndMax, block.start >= low else { continue }
      if scoreboard.insert(block) == .added { isNews = true }
    }
    return isNews
  }

  private mutating func countDuplicate(now: Instant) {
    dupAcks = min(dupAcks &+ 1, 1 << 20)
    if isRecovering {
      if !usesSACK { congestion.inflate(mss) }
    } else if dupAcks >= 3, sndUna >= recover {
      enterRecovery(now: now)
    }
  }

  /// Fast retransmit (RFC 5681, 3.2; RFC 6675, 5; RFC 6582, 3.2).
  mutating func enterRecovery(now: Instant) {
    guard flight > 0 else { return }
    isRecovering = true
    recover = sndMax
    highRxt = sndUna
    sndMaxAtResend = sndMax
    mustResend = true
    didRescue = false
    congestion.lost(flight: flight, mss: mss)
    congestion.enterRecovery(inflation: usesSACK ? 0 : 3 &* mss)
    isTiming = false
  }

  /// Handles an acknowledgement of new data during recovery.
  private mutating func continueRecovery(_ acked: Int, now: Instant) {
    guard sndUna < recover else {
      isRecovering = false
      dupAcks = 0
      mustResend = false
      // With SACK the window is already right (RFC 6675, 5.1).
      if !usesSACK { congestion.leaveRecovery(flight: flight, mss: mss) }
      return
    }
    guard !usesSACK else { return }
    // A partial acknowledgement: the next hole begins here.
    congestion.deflate(acked, mss: mss)
    highRxt = sndUna
    mustResend = true
  }

  /// The end of the data that counts as lost: three ranges, or more than two segments, have arrived
  /// behind it (RFC 6675, 4, IsLost).
  var lostEnd: SequenceNumber {
    mutating get { findLostEnd() }
  }

  private mutating func findLostEnd() -> SequenceNumber {
    var stretches = 0
    var bytes = 0
    var index = scoreboard.count
    while index > 0 {
      index &-= 1
      stretches &+= 1
      bytes &+= scoreboard[index].count
      if stretches >= 3 || bytes > 2 &* mss { return .max(lossMark, scoreboard[index].start) }
    }
    return .max(lossMark, sndUna)
  }

  private var isFirstLost: Bool { mutating get { !scoreboard.isEmpty && lostEnd > sndUna } }

  /// Bytes in flight by the peer's SACK blocks (RFC 6675, 4, SetPipe).
  mutating func pipe(lostEnd: SequenceNumber) -> Int {
    scoreboard.missing(from: .max(lostEnd, sndUna), to: sndMax)
      &+ scoreboard.missing(from: sndUna, to: highRxt)
  }

  /// Whether the first hole's retransmission was lost: data sent more than two segments after it
  /// has arrived.
  var isResentLost: Bool {
    mutating get {
      guard highRxt > sndUna, !scoreboard.isEmpty else { return false }
      return scoreboard[scoreboard.count &- 1].end - sndMaxAtResend > 2 &* mss
    }
  }
}
