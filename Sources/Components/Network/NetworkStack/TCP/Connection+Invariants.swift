// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

#if !hasFeature(Embedded)
  extension Connection {
    /// Which of TCP's invariants does not hold; nil if all do.
    func checkInvariants() -> String? {
      guard state != .closed else {
        let isQuiet =
          retransmitAt == .never && tailAt == .never && acknowledgeAt == .never
          && lingerAt == .never
        return isQuiet ? nil : "closed with a timer"
      }
      return checkSending() ?? checkReceiving()
    }

    private func checkSending() -> String? {
      guard sndUna <= sndNxt, sndNxt <= sndMax else {
        return "SND.UNA \(sndUna.value), SND.NXT \(sndNxt.value), highest \(sndMax.value)"
      }
      // The FIN follows the last byte.
      guard sndMax <= sndEnd + (finQueued ? 1 : 0) else { return "sent more than was written" }
      // Beyond the widest window there may be one number: a probe, a SYN or a FIN.
      guard flight <= maxSndWnd + 1 else {
        return "\(flight) bytes in flight, \(maxSndWnd) allowed"
      }
      guard sndWnd <= maxSndWnd else {
        return "SND.WND \(sndWnd) is above its greatest \(maxSndWnd)"
      }
      let synCount = state == .synSent || state == .synReceived ? 1 : 0
      guard max(0, sndEnd - sndUna) - synCount <= sendBuffer.byteCount else {
        return "\(sndEnd - sndUna) bytes queued in a buffer of \(sendBuffer.byteCount)"
      }
      guard scoreboard.isSound(from: sndUna, to: sndMax) else { return "the scoreboard is unsound" }
      if isRecovering {
        guard sndUna <= recover, recover <= sndMax, sndUna <= highRxt, highRxt <= sndMax else {
          return "recovery from \(sndUna.value) to \(recover.value), HighRxt \(highRxt.value)"
        }
      }
      guard mss > 0, !state.isSynchronised || congestion.cwnd > 0 else {
        return "MSS \(mss), cwnd \(congestion.cwnd)"
      }
      return nil
    }

    private func checkReceiving() -> String? {
      guard readable >= 0, readable <= receiveBuffer.byteCount else {
        return "\(readable) bytes to read in a buffer of \(receiveBuffer.byteCount)"
      }
      guard rcvNxt <= rcvEdge else { return "the window ends before RCV.NXT" }
      guard outOfOrder.isEmpty || !finReceived else { return "data behind the FIN" }
      let end = hasPeerFin ? peerFin : rcvRead + receiveBuffer.byteCount
      guard outOfOrder.isSound(from: rcvNxt + 1, to: end) else {
        return "the data out of order is unsound"
      }
      return nil
    }
  }
#endif
