// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// The ACK field (RFC 9293, 3.10.7.4, fifth), and what it says about losses.
extension Connection {
  /// False when the rest of the segment is not to be looked at.
  mutating func acknowledge(_ segment: inout Segment, now: Instant) -> Bool {
    let ack = segment.header.acknowledgement
    let acked = ack - sndUna
    // (RFC 5961, 5.2)
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
      // The peer lives, whatever it cannot take (RFC 9293, 3.8.6.1).
      retries = 0
      if advertised > 0 { probeBackoff = 0 }
      if advertised > 0, flight > 0 {
        // What was sent into the closed window was dropped.
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
    // What was on its way at the last timeout, and may have been sent again since.
    let isOld = sndUna < recover
    sndUna = ack
    sndNxt = .max(sndNxt, sndUna)
    highRxt = .max(highRxt, sndUna)
    lossMark = .max(lossMark, sndUna)
    // Whatever is compared has to keep up: numbers that are 2 GB apart compare the wrong way round.
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
        // In slow start after a timeout one segment for each acknowledgement, which may be for what arrived before it
        // (RFC 3465, 2.3).
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

  /// Our own clock for one segment at a time, by Karn's rule; the peer's echo of our timestamp where
  /// that was spoilt by sending again (RFC 7323, 4.1). A timeout that was backed off stays so until there is a sample:
  /// without one, it is the only sign that the path is slower than it was (RFC 6298, 5.5 to 5.7).
  @inline(__always)
  private mutating func sampleRoundTrip(_ segment: inout Segment, now: Instant) {
    if isTiming {
      guard sndUna > timedSequence else { return }
      isTiming = false
      timer.addSample(now - timedAt)
      backoff = 0
    } else if usesTimestamps, let timestamps = segment.options.timestamps, timestamps.echo != 0 {
      let elapsed = timestamp(now: now) &- timestamps.echo
      // An echo from the future, or of hours ago, is the peer's invention.
      if elapsed < 1 << 22 {
        timer.addSample(.milliseconds(UInt64(max(elapsed, 1))))
        backoff = 0
      }
    }
  }

  /// Notes what the peer has (RFC 2018, 5). False when that is not new. Blocks below the ACK repeat
  /// what arrived twice (RFC 2883), others outside of what was sent are nonsense.
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

  /// New data was acknowledged during recovery.
  private mutating func continueRecovery(_ acked: Int, now: Instant) {
    guard sndUna < recover else {
      isRecovering = false
      dupAcks = 0
      mustResend = false
      // With selective acknowledgements the window is right already (RFC 6675, 5.1).
      if !usesSACK { congestion.leaveRecovery(flight: flight, mss: mss) }
      return
    }
    guard !usesSACK else { return }
    // A partial acknowledgement: the next hole begins at it.
    congestion.deflate(acked, mss: mss)
    highRxt = sndUna
    mustResend = true
  }

  /// Where what has to count as lost ends: three stretches, or more than two segments, that lie
  /// behind it have arrived (RFC 6675, 4, IsLost).
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

  /// What is on its way, by what the peer has told (RFC 6675, 4, SetPipe).
  mutating func pipe(lostEnd: SequenceNumber) -> Int {
    scoreboard.missing(from: .max(lostEnd, sndUna), to: sndMax)
      &+ scoreboard.missing(from: sndUna, to: highRxt)
  }

  /// Whether the first hole was sent again and lost again: something sent later has arrived, by as
  /// much as shows a loss.
  var isResentLost: Bool {
    mutating get {
      guard highRxt > sndUna, !scoreboard.isEmpty else { return false }
      return scoreboard[scoreboard.count &- 1].end - sndMaxAtResend > 2 &* mss
    }
  }
}
