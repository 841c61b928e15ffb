// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// Losses that no later segment shows: of the last segments before a pause, and of what was sent again
// when nothing follows. A probe after two round-trip times brings them to light (RFC 8985, 7), where a
// timeout would cost 200 ms and the whole window. For peers with selective acknowledgements only: the
// others' duplicates do not tell what a probe has found.
extension Connection {
  /// Starts the timer of the probe, or stops it where there is nothing to find out. After data was
  /// sent or acknowledged.
  @inline(__always)
  mutating func startTailTimer(now: Instant) {
    guard usesSACK, sndUna < sndMax, tailTries < (isRecovering ? 3 : 1), timer.srtt > 0,
      sndNxt == sndMax
    else {
      tailAt = .never
      return
    }
    // A lone segment's acknowledgement may be delayed.
    let least =
      flight <= mss
      ? TCPLimits.peersDelay + timer.twice : max(timer.twice, TCPLimits.leastProbe)
    let moment = now + least
    tailAt = moment < retransmitAt ? moment : .never
  }

  /// Nothing was heard for as long as an answer should take.
  mutating func tailTimeout(now: Instant) {
    tailAt = .never
    guard state.canSend, flight > 0, sndWnd > 0, sndNxt == sndMax else { return }
    tailTries &+= 1
    if isRecovering {
      // What was sent again was lost again.
      highRxt = sndUna
      sndMaxAtResend = sndMax
      mustResend = true
    } else if scoreboard.isEmpty {
      tailPending = true
    } else if sndUna >= recover {
      // Too few segments arrived behind a hole to make it a loss at once, and no more will.
      lossMark = scoreboard[scoreboard.count &- 1].start
      enterRecovery(now: now)
    }
  }

  /// A new segment, where there is one, whatever the congestion window says; the last one again
  /// else.
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

  /// What an acknowledgement says about a probe that repeated the last segment.
  @inline(never)
  mutating func judgeTail(_ segment: inout Segment, now: Instant) {
    let ack = segment.header.acknowledgement
    if sndUna < tailEnd {
      // It arrived, and what was sent two round-trip times before did not.
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
      // Both it and the first one arrived (RFC 2883): nothing was lost.
      isTailOut = false
    } else if ack > tailEnd {
      // Only the probe arrived, so there was a loss, which the window has to answer for.
      isTailOut = false
      guard !isRecovering else { return }
      congestion.lost(flight: max(flight, mss), mss: mss)
      congestion.enterRecovery(inflation: 0)
    } else {
      tailWasAcknowledged = true
    }
  }

  /// Forgets the probe: a timeout has taken over.
  mutating func forgetTail() {
    tailAt = .never
    tailPending = false
    isTailOut = false
    lossMark = sndUna
  }
}
