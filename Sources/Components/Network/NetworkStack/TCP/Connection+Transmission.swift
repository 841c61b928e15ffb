// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// A segment to be sent.
struct Plan: BitwiseCopyable {
  enum Kind: BitwiseCopyable {
    /// SYN, alone or with an ACK.
    case syn
    /// Data, FIN or both, from `next` on.
    case data
    /// Data that is sent again by recovery.
    case again
    /// The last segment again, to learn whether it was lost.
    case tail
    /// One byte into a closed window, or what keeps a connection alive.
    case probe
    /// An acknowledgement and nothing else.
    case acknowledgement
    case reset
  }

  var kind: Kind
  var sequence: SequenceNumber
  var count = 0
  var hasFin = false
}

extension Connection {
  /// The next segment that may be sent now. It is sent when `sent` says so; until then the answer is
  /// the same.
  mutating func plan(now: Instant) -> Plan? {
    if resetPending { return Plan(kind: .reset, sequence: highest) }
    if synPending { return Plan(kind: .syn, sequence: initialSend) }
    if state.canSend {
      if isRecovering, let plan = planRecovery() { return plan }
      if let plan = planData(now: now) { return plan }
      if tailPending {
        if let plan = planTail() { return plan }
        tailPending = false
      }
      if probePending {
        if una < end || finQueued { return planProbe() }
        probePending = false
      }
    }
    if keepAlivePending { return Plan(kind: .probe, sequence: una - 1) }
    // Beyond everything sent, or the peer would take it for old after a timeout.
    if ackNow { return Plan(kind: .acknowledgement, sequence: highest) }
    return nil
  }

  /// Whether `plan` may have something: a cheap look.
  @inline(__always)
  var mayHavePlan: Bool {
    ackNow || synPending || resetPending || probePending || keepAlivePending || mustResend
      || tailPending
      || (state.canSend && (next < end || isRecovering || (finQueued && next <= end)))
  }

  /// Bytes of data that fit into the next segment: less than a full one's while blocks of what
  /// arrived out of order go with it.
  @inline(__always)
  var fitting: Int {
    mutating get {
      guard usesSelective, !arrived.isEmpty else { return segment }
      return segment &- (4 &+ 8 &* min(arrived.count, usesTimestamps ? 3 : 4))
    }
  }

  private mutating func planRecovery() -> Plan? {
    guard una < highest else { return nil }
    if mustResend { return again(from: una, to: highest) }
    guard usesSelective else { return nil }
    if isResentLost { return again(from: una, to: highest) }
    let lost = lostEnd
    guard congestion.window &- pipe(lostEnd: lost) >= segment else { return nil }
    // NextSeg (RFC 6675, 4): what is lost, what is new, what may be lost, the last bytes once.
    if let plan = again(from: resent, to: lost) { return plan }
    let isNewPossible = next == highest && next < end && (una + window) - next > 0
    if isNewPossible { return nil }
    if !selective.isEmpty,
      let plan = again(from: resent, to: selective[selective.count &- 1].start)
    {
      return plan
    }
    if !didRescue, resent < recover {
      return again(from: .max(resent, recover - segment), to: recover)
    }
    return nil
  }

  private mutating func again(from start: SequenceNumber, to end: SequenceNumber) -> Plan? {
    let low = SequenceNumber.max(start, una)
    guard let hole = selective.firstMissing(from: low, to: end) else { return nil }
    // The FIN's number holds no byte.
    let isFin = finQueued && hole.start == self.end
    let count = min(hole.count, fitting, max(0, self.end - hole.start))
    let reachesEnd = hole.start + count == self.end
    let hasFin = finQueued && reachesEnd && highest > self.end && (isFin || hole.count > count)
    guard count > 0 || hasFin else { return nil }
    return Plan(kind: .again, sequence: hole.start, count: count, hasFin: hasFin)
  }

  private mutating func planData(now: Instant) -> Plan? {
    guard next <= end else { return nil }
    if flight == 0, lastSent.nanoseconds > 0, next < end, now - lastSent > timer.timeout {
      congestion.restart(segment: segment)
    }
    var start = next
    var stop = end
    if next < highest {
      // After a timeout: what the peer has is passed over.
      if let hole = selective.firstMissing(from: next, to: highest) {
        start = hole.start
        if hole.end < highest { stop = .min(stop, hole.end) }
      } else {
        start = highest
      }
    }
    let offered = (una + window) - start
    let allowed = allowance(at: start)
    let waiting = max(0, stop - start)
    let full = fitting
    let count = min(waiting, min(offered, allowed), full)
    wasWindowLimited = waiting > count && count < full && allowed <= offered
    if count <= 0 { return planFin(at: start) }
    let isLast = start + count == end
    guard count == full || start < highest || stop < end || isWorthSending(count, isLast) else {
      return nil
    }
    // With the last bytes goes the FIN.
    let hasFin = isLast && finQueued && (una + max(window, 1)) - (start + count) > 0
    return Plan(kind: .data, sequence: start, count: count, hasFin: hasFin)
  }

  /// Bytes that the congestion window lets be sent from `start` on.
  private mutating func allowance(at start: SequenceNumber) -> Int {
    let used: Int
    if isRecovering, usesSelective {
      used = pipe(lostEnd: lostEnd)
    } else {
      used = start - una
    }
    // Limited transmit (RFC 3042).
    let extra = isRecovering ? 0 : min(duplicates, 2) &* segment
    return congestion.window &+ extra &- used
  }

  /// Whether a segment that is not full may go (RFC 9293, 3.7.4 and 3.8.6.2.1).
  private mutating func isWorthSending(_ count: Int, _ isLast: Bool) -> Bool {
    if probePending { return true }
    if isLast { return flight == 0 || settings.isImmediate || finQueued }
    return greatestWindow > 0 && count >= greatestWindow / 2
  }

  private mutating func planFin(at start: SequenceNumber) -> Plan? {
    guard finQueued, start == end else { return nil }
    guard (una + window) - start > 0 || flight == 0 else { return nil }
    return Plan(kind: .data, sequence: end, hasFin: true)
  }

  private mutating func planProbe() -> Plan {
    let hasByte = una < end
    return Plan(
      kind: .probe, sequence: una, count: hasByte ? 1 : 0, hasFin: !hasByte && finQueued)
  }

  /// The segment's header and options.
  @inline(__always)
  mutating func header(_ plan: Plan, unit: Int, now: Instant) -> (TCPHeader, TCPOptions) {
    var options = TCPOptions()
    var flags = TCPFlags.ack
    var shown = 0
    switch plan.kind {
    case .syn:
      options = synOptions(unit: unit, now: now)
      flags = state == .synSent ? .syn : .syn | .ack
      shown = min(state == .synSent ? receiveBuffer.byteCount : offered, 65535)
    case .reset:
      flags = .rst | .ack
    default:
      if usesTimestamps {
        options.timestamps = .init(value: timestamp(now: now), echo: recentTimestamp)
      }
      if !arrived.isEmpty { selectiveBlocks(&options) }
      if plan.count > 0, plan.sequence + plan.count == end { flags = flags | .psh }
      if plan.hasFin { flags = flags | .fin }
      advanceEdge()
      shown = min(offered >> Int(receiveScale), 65535)
    }
    let header = TCPHeader(
      sourcePort: local.port, destinationPort: remote.port, sequence: plan.sequence,
      acknowledgement: flags.has(.ack) ? rcvNext : SequenceNumber(0), flags: flags,
      window: UInt16(truncatingIfNeeded: shown), headerByteCount: 20 &+ options.byteCount)
    return (header, options)
  }

  /// The segment is on its way.
  mutating func sent(_ plan: Plan, now: Instant) {
    if plan.kind != .syn || state != .synSent { noteAcknowledged() }
    switch plan.kind {
    case .reset: resetPending = false
    case .acknowledgement: break
    case .syn:
      synPending = false
      if highest == initialSend {
        highest = initialSend + 1
        isTiming = true
        timedSequence = initialSend
        timedAt = now
      } else {
        isTiming = false
      }
      next = .max(next, highest)
      if retransmitAt == .never { startTimer(now: now) }
    case .probe:
      if plan.count > 0 || plan.hasFin {
        probePending = false
        highest = .max(highest, una + 1)
        next = .max(next, highest)
        isTiming = false
        startTimer(now: now)
      } else {
        keepAlivePending = false
      }
    case .again, .data: sentData(plan, now: now)
    case .tail:
      tailPending = false
      isTailOut = true
      tailWasAcknowledged = false
      tailEnd = highest
      isTiming = false
      lastSent = now
      startTimer(now: now)
    }
  }

  @inline(__always)
  private mutating func noteAcknowledged() {
    ackNow = false
    unacknowledged = 0
    acknowledgeAt = .never
    lastAckSent = rcvNext
  }

  @inline(__always)
  private mutating func sentData(_ plan: Plan, now: Instant) {
    let after = plan.sequence + (plan.count &+ (plan.hasFin ? 1 : 0))
    lastSent = now
    probePending = false
    if plan.kind == .again {
      let isRepeat = isResentLost
      resentMark = highest
      if plan.sequence == una, isRepeat {
        // Everything behind the first hole is judged anew.
        resent = after
      } else {
        resent = .max(resent, after)
      }
      if (recover - resent) <= segment, !mustResend { didRescue = true }
      mustResend = false
      isTiming = false
      startTimer(now: now)
      startTailTimer(now: now)
      return
    }
    if plan.sequence < highest {
      isTiming = false
    } else if !isTiming {
      isTiming = true
      timedSequence = plan.sequence
      timedAt = now
    }
    next = after
    highest = .max(highest, after)
    tailPending = false
    if retransmitAt == .never { startTimer(now: now) }
    startTailTimer(now: now)
  }

  /// Nothing more can be sent now. Data that waits for a window is not forgotten: a timer asks for
  /// it (RFC 9293, 3.8.6.1).
  @inline(__always)
  mutating func rest(now: Instant) {
    guard state.canSend, retransmitAt == .never else { return }
    if una < highest || una < end || (finQueued && una == end) { startTimer(now: now) }
  }
}
