// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Streams
import Time

// Sent output, deadlines, and the end of the connection.

extension ServerConnection {
  /// What the transport should do now. It may change with each call that changes the connection. Our
  /// direction ends first, as a full close could destroy our last answer (RFC 9112 section 9.6).
  public var disposal: StreamDisposal {
    switch phase {
    case .head, .exchange, .discarding: .stayOpen
    case .closing: output.isEmpty ? .endOutput : .stayOpen
    case .closed: .close
    case .aborted: .reset
    }
  }

  // MARK: Output

  /// Passes the bytes that wait to be sent to `body`.
  public func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    output.withBytes(body)
  }

  /// Bytes that wait to be sent.
  public var outputCount: Int { output.count }

  /// The transport took the first `count` bytes of the output.
  public func sent(_ count: Int, now: Instant) {
    guard count > 0 else { return }
    timing.addBytes(count)
    output.drop(count)
    if output.isEmpty, phase == .head { timing.delayIdle(now) }
    closeOrLinger(now)
  }

  /// Ends a closing connection whose output is sent: at once if the peer has ended its direction,
  /// otherwise after `Limits.lingerTime`.
  func closeOrLinger(_ now: Instant) {
    guard phase == .closing, output.isEmpty else { return }
    if inputEnded {
      phase = .closed
    } else {
      timing.beginLinger(now)
    }
  }

  // MARK: Deadlines

  /// Whether nothing can go on before the peer sends or reads.
  var waitsForPeer: Bool {
    if !output.isEmpty || directIsBlocked { return true }
    switch phase {
    case .exchange:
      return awaitsInput && !body.isOver
    case .discarding: return true
    case .head, .closing, .closed, .aborted: return false
    }
  }

  /// When to call `timePassed`, unless another call changes the connection first. `never` means
  /// never.
  public var deadline: Instant {
    switch phase {
    case .head:
      if !output.isEmpty { return timing.windowEnd(limits) }
      return input.isEmpty || scanner.isUntouched && input.count < 4
        ? timing.idleEnd(limits) : timing.headEnd(limits)
    case .exchange, .discarding: return waitsForPeer ? timing.windowEnd(limits) : .never
    case .closing: return output.isEmpty ? timing.lingerEnd(limits) : timing.windowEnd(limits)
    case .closed, .aborted: return .never
    }
  }

  /// Acts on a deadline up to `now`.
  public func timePassed(now: Instant) {
    guard now >= deadline else {
      // Time that the handler takes does not count against the peer.
      if phase == .exchange, !waitsForPeer { timing.restartWindow(now) }
      return
    }
    switch phase {
    case .head:
      if !output.isEmpty {
        checkRate(now)
      } else if deadline == timing.headEnd(limits), !input.isEmpty {
        refuse(.requestTimeout, now)
      } else {
        beginClosing(now)
      }
    case .exchange, .discarding: checkRate(now)
    case .closing:
      if output.isEmpty { phase = .closed } else { checkRate(now) }
    case .closed, .aborted: break
    }
  }

  private func checkRate(_ now: Instant) {
    if timing.isTooSlow(limits) {
      abort()
    } else {
      timing.restartWindow(now)
    }
  }
}
