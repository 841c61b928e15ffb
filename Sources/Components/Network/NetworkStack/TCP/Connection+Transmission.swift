// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// A segment to be sent.
struct Plan: BitwiseCopyable {
  enum Kind: BitwiseCopyable {
    /// SYN, alone or with an ACK.
    case syn
    /// Data, FIN or both, from `sndNxt` on.
    case data
    /// Data that recovery retransmits.
    case retransmission
    /// The last segment again: a tail loss probe.
    case tail
    /// A window probe of one byte, or a keep-alive.
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
  /// The next segment that may be sent now. The answer stays the same until `didSend` is called.
  mutating func plan(now: Instant) -> Plan? {
    if resetPending { return Plan(kind: .reset, sequence: sndMax) }
    if synPending { return Plan(kind: .syn, sequence: iss) }
    if state.canSend {
      if isRecovering, let plan = planRecovery() { return plan }
      if let plan = planData(now: now) { return plan }
      if tailPending {
        if let plan = planTail() { return plan }
        tailPending = false
      }
      if probePending {
        if sndUna < sndEnd || finQueued { return planProbe() }
        probePending = false
      }
    }
    if keepAlivePending { return Plan(kind: .probe, sequence: sndUna - 1) }
    // Beyond everything sent: after a timeout the peer would take `sndNxt` for old.
    if ackNow { return Plan(kind: .acknowledgement, sequence: sndMax) }
    return nil
  }

  /// Whether `plan` may return a segment: a cheap test.
  @inline(__always)
  var mayHavePlan: Bool {
    ackNow || synPending || resetPending || probePending || keepAlivePending || mustResend
      || tailPending
      || (state.canSend && (sndNxt < sndEnd || isRecovering || (finQueued && sndNxt <= sndEnd)))
  }

  /// Bytes of data that fit into the next segment: fewer than `mss` while SACK blocks go with it.
  @inline(__always)
  var segmentRoom: Int {
    mutating get {
      guard usesSACK, !outOfOrder.isEmpty else { return mss }
      return mss &- (4 &+ 8 &* min(outOfOrder.count, usesTimestamps ? 3 : 4))
    }
  }

  private mutating func planRecovery() -> Plan? {
    guard sndUna < sndMax else { return nil }
    if mustResend { return retransmission(from: sndUna, to: sndMax) }
    guard usesSACK else { return nil }
    if isResentLost { return retransmission(from: sndUna, to: sndMax) }
    let lost = lostEnd
    guard congestion.cwnd &- pipe(lostEnd: lost) >= mss else { return nil }
    // NextSeg (RFC 6675, 4): lost data, new data, data that may be lost, and once the last bytes.
    if let plan = retransmission(from: highRxt, to: lost) { return plan }
    let isNewPossible = sndNxt == sndMax && sndNxt < sndEnd && (sndUna + sndWnd) - sndNxt > 0
    if isNewPossible { return nil }
    if !scoreboard.isEmpty,
      let plan = retransmission(from: highRxt, to: scoreboard[scoreboard.count &- 1].start)
    {
      return plan
    }
    if !didRescue, highRxt < recover {
      return retransmission(from: .max(highRxt, recover - mss), to: recover)
    }
    return nil
  }

  private mutating func retransmission(
    from start: SequenceNumber, to limit: SequenceNumber
  ) -> Plan? {
    let low = SequenceNumber.max(start, sndUna)
    guard let hole = scoreboard.firstMissing(from: low, to: limit) else { return nil }
    // The FIN's sequence number holds no byte.
    let isFin = finQueued && hole.start == sndEnd
    let count = min(hole.count, segmentRoom, max(0, sndEnd - hole.start))
    let reachesEnd = hole.start + count == sndEnd
    let hasFin = finQueued && reachesEnd && sndMax > sndEnd && (isFin || hole.count > count)
    guard count > 0 || hasFin else { return nil }
    return Plan(kind: .retransmission, sequence: hole.start, count: count, hasFin: hasFin)
  }

  private mutating func planData(now: Instant) -> Plan? {
    guard sndNxt <= sndEnd else { return nil }
    if flight == 0, lastSent.nanoseconds > 0, sndNxt < sndEnd, now - lastSent > timer.rto {
      congestion.restart(mss: mss)
    }
    var start = sndNxt
    var stop = sndEnd
    if sndNxt < sndMax {
      // After a timeout: skip what the peer already has.
      if let hole = scoreboard.firstMissing(from: sndNxt, to: sndMax) {
        start = hole.start
        if hole.end < sndMax { stop = .min(stop, hole.end) }
      } else {
        start = sndMax
      }
    }
    let usable = (sndUna + sndWnd) - start
    let allowed = allowance(at: start)
    let waiting = max(0, stop - start)
    let full = segmentRoom
    let count = min(waiting, min(usable, allowed), full)
    wasWindowLimited = waiting > count && count < full && allowed <= usable
    if count <= 0 { return planFin(at: start) }
    let isLast = start + count == sndEnd
    guard count == full || start < sndMax || stop < sndEnd || isWorthSending(count, isLast) else {
      return nil
    }
    // The FIN goes with the last bytes.
    let hasFin = isLast && finQueued && (sndUna + max(sndWnd, 1)) - (start + count) > 0
    return Plan(kind: .data, sequence: start, count: count, hasFin: hasFin)
  }

  /// Bytes that the congestion window allows to be sent from `start` on.
  private mutating func allowance(at start: SequenceNumber) -> Int {
    let used: Int
    if isRecovering, usesSACK {
      used = pipe(lostEnd: lostEnd)
    } else {
      used = start - sndUna
    }
    // Limited transmit (RFC 3042).
    let extra = isRecovering ? 0 : min(dupAcks, 2) &* mss
    return congestion.cwnd &+ extra &- used
  }

  /// Whether a segment that is not full may be sent (RFC 9293, 3.7.4 and 3.8.6.2.1).
  private mutating func isWorthSending(_ count: Int, _ isLast: Bool) -> Bool {
    if probePending { return true }
    if isLast { return flight == 0 || settings.isImmediate || finQueued }
    return maxSndWnd > 0 && count >= maxSndWnd / 2
  }

  private mutating func planFin(at start: SequenceNumber) -> Plan? {
    guard finQueued, start == sndEnd else { return nil }
    guard (sndUna + sndWnd) - start > 0 || flight == 0 else { return nil }
    return Plan(kind: .data, sequence: sndEnd, hasFin: true)
  }

  private mutating func planProbe() -> Plan {
    let hasByte = sndUna < sndEnd
    return Plan(
      kind: .probe, sequence: sndUna, count: hasByte ? 1 : 0, hasFin: !hasByte && finQueued)
  }

  /// The segment's header and options.
  @inline(__always)
  mutating func header(_ plan: Plan, mtu: Int, now: Instant) -> (TCPHeader, TCPOptions) {
    var options = TCPOptions()
    var flags = TCPFlags.ack
    var shown = 0
    switch plan.kind {
    case .syn:
      options = synOptions(mtu: mtu, now: now)
      flags = state == .synSent ? .syn : .syn | .ack
      shown = min(state == .synSent ? receiveBuffer.byteCount : rcvWnd, 65535)
    case .reset:
      flags = .rst | .ack
    default:
      if usesTimestamps {
        options.timestamps = .init(value: timestamp(now: now), echo: tsRecent)
      }
      if !outOfOrder.isEmpty { addSACKBlocks(&options) }
      if plan.count > 0, plan.sequence + plan.count == sndEnd { flags = flags | .psh }
      if plan.hasFin { flags = flags | .fin }
      advanceEdge()
      shown = min(rcvWnd >> Int(rcvWindShift), 65535)
    }
    let header = TCPHeader(
      sourcePort: local.port, destinationPort: remote.port, sequence: plan.sequence,
      acknowledgement: flags.has(.ack) ? rcvNxt : SequenceNumber(0), flags: flags,
      window: UInt16(truncatingIfNeeded: shown), headerByteCount: 20 &+ options.byteCount)
    return (header, options)
  }

  /// Records that the segment was sent.
  mutating func didSend(_ plan: Plan, now: Instant) {
    if plan.kind != .syn || state != .synSent { didAcknowledge() }
    switch plan.kind {
    case .reset: resetPending = false
    case .acknowledgement: break
    case .syn:
      synPending = false
      if sndMax == iss {
        sndMax = iss + 1
        isTiming = true
        timedSequence = iss
        timedAt = now
      } else {
        isTiming = false
      }
      sndNxt = .max(sndNxt, sndMax)
      if retransmitAt == .never { startTimer(now: now) }
    case .probe:
      if plan.count > 0 || plan.hasFin {
        probePending = false
        sndMax = .max(sndMax, sndUna + 1)
        sndNxt = .max(sndNxt, sndMax)
        isTiming = false
        startTimer(now: now)
      } else {
        keepAlivePending = false
      }
    case .retransmission, .data: didSendData(plan, now: now)
    case .tail:
      tailPending = false
      isTailOut = true
      tailWasAcknowledged = false
      tailEnd = sndMax
      isTiming = false
      lastSent = now
      startTimer(now: now)
    }
  }

  @inline(__always)
  private mutating func didAcknowledge() {
    ackNow = false
    unacknowledged = 0
    acknowledgeAt = .never
    lastAckSent = rcvNxt
  }

  @inline(__always)
  private mutating func didSendData(_ plan: Plan, now: Instant) {
    let after = plan.sequence + (plan.count &+ (plan.hasFin ? 1 : 0))
    lastSent = now
    probePending = false
    if plan.kind == .retransmission {
      let isRepeat = isResentLost
      sndMaxAtResend = sndMax
      if plan.sequence == sndUna, isRepeat {
        // Everything behind the first hole is examined again.
        highRxt = after
      } else {
        highRxt = .max(highRxt, after)
      }
      if (recover - highRxt) <= mss, !mustResend { didRescue = true }
      mustResend = false
      isTiming = false
      startTimer(now: now)
      startTailTimer(now: now)
      return
    }
    if plan.sequence < sndMax {
      isTiming = false
    } else if !isTiming {
      isTiming = true
      timedSequence = plan.sequence
      timedAt = now
    }
    sndNxt = after
    sndMax = .max(sndMax, after)
    tailPending = false
    if retransmitAt == .never { startTimer(now: now) }
    startTailTimer(now: now)
  }

  /// Starts the retransmission timer for data that waits for a window, so that it will be probed
  /// for (RFC 9293, 3.8.6.1).
  @inline(__always)
  mutating func armTimerForWaitingData(now: Instant) {
    guard state.canSend, retransmitAt == .never else { return }
    if sndUna < sndMax || sndUna < sndEnd || (finQueued && sndUna == sndEnd) {
      startTimer(now: now)
    }
  }
}
