// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time
import Wire

// Tail loss: of the last segments before a pause, and of retransmissions that nothing follows. No
// later segment reveals it, so a probe is sent after two round-trip times (RFC 8985, 7); a timeout
// would cost 200 ms and the whole window. Only for peers with SACK: other duplicates do not tell
// what a probe has found.
extension Connection {
  /// Starts the probe's timer, or stops it if there is nothing to find out. Called after data was
  /// sent or acknowledged.
  @inline(__always)
  mutating func startTailTimer(now: Instant) {
    guard usesSACK, sndUna < sndMax, tailTries < (isRecovering ? 3 : 1), timer.srtt > 0,
      sndNxt == sndMax
    else {
      tailAt = .never
      return
    }
    // The peer may delay the acknowledgement of a lone segment.
    let least =
      flight <= mss
      ? TCPLimits.peersDelay + timer.twice : max(timer.twice, TCPLimits.leastProbe)
    let moment = now + least
    tailAt = moment < retransmitAt ? moment : .never
  }

  /// Handles silence for as long as an answer should take.
  mutating func tailTimeout(now: Instant) {
    tailAt = .never
    guard state.canSend, flight > 0, sndWnd > 0, sndNxt == sndMax else { return }
    tailTries &+= 1
    if isRecovering {
      // The retransmission was lost as well.
      highRxt = sndUna
      sndMaxAtResend = sndMax
      mustResend = true
    } else if scoreboard.isEmpty {
      tailPending = true
    } else if sndUna >= recover {
      // Too few segments have arrived behind a hole to count it as lost at once, and no more will.
      lossMark = scoreboard[scoreboard.count &- 1].start
      enterRecovery(now: now)
    }
  }

  /// The probe: new data if there is some, whatever the congestion window says, otherwise the last
  /// segment again.
  mutating func planTail() -> Plan? {
    guard sndUna < sndMax, sndNxt == sndMax else { return nil }
    let room = min((sndUna + sndWnd) - sndNxt, sndEnd - sndNxt, segmentRoom)
    if room > 0 {
      return Plan(kind: .data, sequence: sndNxt, count: room, hasFin: false)
    }
    let last = SequenceNumber.min(sndEnd, sndMax)
    let count = min(max(0, last - sndUna), segmentRoom)
    let hasFin = finQueued && sndMax > sndEnd
    guard count > 0 || hasFin else { return nil }
    return Plan(kind: .tail, sequence: last - count, count: count, hasFin: hasFin)
  }

  /// Interprets an acknowledgement while a probe that repeated the last segment is in flight.
  @inline(never)
  mutating func judgeTail(_ segment: inout Segment, now: Instant) {
    let ack = segment.header.acknowledgement
    if sndUna < tailEnd {
      // The probe arrived, and data sent two round-trip times earlier did not.
      guard !scoreboard.isEmpty, scoreboard[scoreboard.count &- 1].end >= tailEnd else { return }
      isTailOut = false
      guard !isRecovering, sndUna >= recover else { return }
      lossMark = scoreboard[scoreboard.count &- 1].start
      enterRecovery(now: now)
      return
    }
    let isRepeat =
      segment.options.blockCount > 0 && segment.options.blocks[0].end <= ack
    let isDuplicate =
      ack == tailEnd && tailWasAcknowledged && segment.payload.count == 0 && !segment.hasFin
    if isRepeat || isDuplicate {
      // Both the original and the probe arrived (RFC 2883): nothing was lost.
      isTailOut = false
    } else if ack > tailEnd {
      // Only the probe arrived: there was a loss, and the window has to react.
      isTailOut = false
      guard !isRecovering else { return }
      congestion.lost(flight: max(flight, mss), mss: mss)
      congestion.enterRecovery(inflation: 0)
    } else {
      tailWasAcknowledged = true
    }
  }

  /// Cancels the probe: a timeout has taken over.
  mutating func forgetTail() {
    tailAt = .never
    tailPending = false
    isTailOut = false
    lossMark = sndUna
  }
}
