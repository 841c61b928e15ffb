// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// The ACK field (RFC 9293, 3.10.7.4, fifth), and what it says about losses.
extension Connection {
  /// False when the rest of the segment is not to be looked at.
  mutating func acknowledge(_ segment: inout Segment, now: Instant) -> Bool {
    let ack = segment.header.acknowledgement
    let acked = ack - una
    // (RFC 5961, 5.2)
    guard ack <= highest, acked >= 0 &- greatestWindow else {
      challenge(now: now)
      return false
    }
    let before = window
    var isNews = false
    if segment.options.blockCount > 0, usesSelective { isNews = note(blocksOf: &segment, ack) }
    updateWindow(&segment, acked)
    if acked > 0 {
      advance(to: ack, &segment, now: now)
    } else if acked == 0, flight > 0, window > 0, segment.payload.count == 0, !segment.hasFin,
      usesSelective ? isNews : window == before
    {
      duplicate(now: now)
    }
    if isTailOut { judgeTail(&segment, now: now) }
    if isNews, !isRecovering, una >= recover, isFirstLost { enterRecovery(now: now) }
    return true
  }

  @inline(__always)
  private mutating func updateWindow(_ segment: inout Segment, _ acked: Int) {
    let header = segment.header
    guard acked >= 0,
      windowSequence < header.sequence
        || (windowSequence == header.sequence && windowAcknowledgement <= header.acknowledgement)
    else { return }
    let now = Int(header.window) << Int(sendScale)
    if window == 0 {
      // The peer lives, whatever it cannot take (RFC 9293, 3.8.6.1).
      retries = 0
      if now > 0 { probeBackoff = 0 }
      if now > 0, flight > 0 {
        // What was sent into the closed window was dropped.
        next = una
        retransmitAt = .never
      }
    }
    window = now
    greatestWindow = max(greatestWindow, window)
    windowSequence = header.sequence
    windowAcknowledgement = header.acknowledgement
  }

  private mutating func advance(
    to ack: SequenceNumber, _ segment: inout Segment, now: Instant
  ) {
    let acked = ack - una
    let flightBefore = flight
    // What was on its way at the last timeout, and may have been sent again since.
    let isOld = una < recover
    una = ack
    next = .max(next, una)
    resent = .max(resent, una)
    lossMark = .max(lossMark, una)
    // Whatever is compared has to keep up: numbers that are 2 GB apart compare the wrong way round.
    recover = .max(recover, una)
    if !selective.isEmpty { selective.removeBelow(una) }
    sampleRoundTrip(&segment, now: now)
    retries = 0
    probeBackoff = 0
    lastProgress = now
    tailTries = 0
    if una == highest { retransmitAt = .never } else { startTimer(now: now) }
    if isRecovering {
      recovering(acked, now: now)
    } else {
      duplicates = 0
      if wasWindowLimited || flightBefore >= congestion.window {
        // In slow start after a timeout one segment for each acknowledgement, which may be for what arrived before it
        // (RFC 3465, 2.3).
        congestion.acknowledged(
          isOld ? min(acked, self.segment) : acked, segment: self.segment,
          roundTrip: Interval(nanoseconds: timer.smoothed), now: now)
      }
    }
    startTailTimer(now: now)
    if wantsWritable, writable >= min(sendBuffer.byteCount / 2, 2 &* self.segment) {
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
    case .lastAck: toClosed()
    default: break
    }
  }

  /// Our own clock for one segment at a time, by Karn's rule; the peer's echo of our timestamp where
  /// that was spoilt by sending again (RFC 7323, 4.1). A timeout that was backed off stays so until there is a sample:
  /// without one, it is the only sign that the path is slower than it was (RFC 6298, 5.5 to 5.7).
  @inline(__always)
  private mutating func sampleRoundTrip(_ segment: inout Segment, now: Instant) {
    if isTiming {
      guard una > timedSequence else { return }
      isTiming = false
      timer.add(now - timedAt)
      backoff = 0
    } else if usesTimestamps, let timestamps = segment.options.timestamps, timestamps.echo != 0 {
      let elapsed = timestamp(now: now) &- timestamps.echo
      // An echo from the future, or of hours ago, is the peer's invention.
      if elapsed < 1 << 22 {
        timer.add(.milliseconds(UInt64(max(elapsed, 1))))
        backoff = 0
      }
    }
  }

  /// Notes what the peer has (RFC 2018, 5). False when that is not new. Blocks below the ACK repeat
  /// what arrived twice (RFC 2883), others outside of what was sent are nonsense.
  @inline(never)
  private mutating func note(blocksOf segment: inout Segment, _ ack: SequenceNumber) -> Bool {
    var isNews = false
    let low = SequenceNumber.max(ack, una)
    for index in 0..<min(segment.options.blockCount, 4) {
      let block = segment.options.blocks[index]
      guard block.start < block.end, block.end <= highest, block.start >= low else { continue }
      if selective.insert(block) == .added { isNews = true }
    }
    return isNews
  }

  private mutating func duplicate(now: Instant) {
    duplicates = min(duplicates &+ 1, 1 << 20)
    if isRecovering {
      if !usesSelective { congestion.inflate(segment) }
    } else if duplicates >= 3, una >= recover {
      enterRecovery(now: now)
    }
  }

  /// Fast retransmit (RFC 5681, 3.2; RFC 6675, 5; RFC 6582, 3.2).
  mutating func enterRecovery(now: Instant) {
    guard flight > 0 else { return }
    isRecovering = true
    recover = highest
    resent = una
    resentMark = highest
    mustResend = true
    didRescue = false
    congestion.lost(flight: flight, segment: segment)
    congestion.enterRecovery(inflation: usesSelective ? 0 : 3 &* segment)
    isTiming = false
  }

  /// New data was acknowledged during recovery.
  private mutating func recovering(_ acked: Int, now: Instant) {
    guard una < recover else {
      isRecovering = false
      duplicates = 0
      mustResend = false
      // With selective acknowledgements the window is right already (RFC 6675, 5.1).
      if !usesSelective { congestion.leaveRecovery(flight: flight, segment: segment) }
      return
    }
    guard !usesSelective else { return }
    // A partial acknowledgement: the next hole begins at it.
    congestion.deflate(acked, segment: segment)
    resent = una
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
    var index = selective.count
    while index > 0 {
      index &-= 1
      stretches &+= 1
      bytes &+= selective[index].count
      if stretches >= 3 || bytes > 2 &* segment { return .max(lossMark, selective[index].start) }
    }
    return .max(lossMark, una)
  }

  private var isFirstLost: Bool { mutating get { !selective.isEmpty && lostEnd > una } }

  /// What is on its way, by what the peer has told (RFC 6675, 4, SetPipe).
  mutating func pipe(lostEnd: SequenceNumber) -> Int {
    selective.missing(from: .max(lostEnd, una), to: highest)
      &+ selective.missing(from: una, to: resent)
  }

  /// Whether the first hole was sent again and lost again: something sent later has arrived, by as
  /// much as shows a loss.
  var isResentLost: Bool {
    mutating get {
      guard resent > una, !selective.isEmpty else { return false }
      return selective[selective.count &- 1].end - resentMark > 2 &* segment
    }
  }
}
