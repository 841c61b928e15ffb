// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time
import Wire

extension Connection {
  /// Runs the timers that have expired.
  mutating func runTimers(now: Instant) {
    if acknowledgeAt <= now {
      acknowledgeAt = .never
      ackNow = true
    }
    if lingerAt <= now {
      // TIME-WAIT is over, or the peer does not close.
      return enterClosed()
    }
    if tailAt <= now { tailTimeout(now: now) }
    if retransmitAt <= now { retransmissionTimeout(now: now) }
    guard state.isSynchronised, state != .timeWait else { return }
    if settings.keepAlive > .zero, keepAliveAt <= now { keepAliveTimeout(now: now) }
    if settings.idleLimit > .zero, lastProgress + settings.idleLimit <= now {
      resetPending = true
      fail(.idle)
    }
  }

  private mutating func retransmissionTimeout(now: Instant) {
    retransmitAt = .never
    switch state {
    case .synSent, .synReceived:
      let limit = isActive ? TCPLimits.synRetries : TCPLimits.synAckRetries
      guard retries < limit else { return fail(.timedOut) }
      retries &+= 1
      backoff &+= 1
      synPending = true
      isTiming = false
    case _ where state.canSend:
      if flight > 0, sndWnd > 0 {
        sendAgain(now: now)
      } else {
        // The window is closed, or has been too small to be worth a segment. It may stay so as long
        // as the peer answers.
        guard retries < TCPLimits.retries else { return fail(.timedOut) }
        retries &+= 1
        probeBackoff = min(probeBackoff &+ 1, 16)
        probePending = true
      }
    default: break
    }
  }

  /// Retransmits from the first unacknowledged byte (RFC 6298, 5.4 to 5.6; RFC 5681, 3.1).
  private mutating func sendAgain(now: Instant) {
    guard retries < TCPLimits.retries else { return fail(.timedOut) }
    congestion.timedOut(flight: flight, mss: mss, isFirst: retries == 0)
    retries &+= 1
    backoff = min(backoff &+ 1, 16)
    // The peer may have discarded data that it reported (RFC 2018, 8).
    scoreboard.removeAll()
    forgetTail()
    isRecovering = false
    mustResend = false
    dupAcks = 0
    recover = sndMax
    sndNxt = sndUna
    isTiming = false
  }

  private mutating func keepAliveTimeout(now: Instant) {
    guard probes < TCPLimits.keepAliveProbes else {
      resetPending = true
      return fail(.timedOut)
    }
    probes &+= 1
    lastKeepAlive = now
    keepAlivePending = true
  }
}
