// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension ServerConnection {
  /// What the transport has to do beyond sending.
  public enum Disposal: Equatable, Sendable {
    case stayOpen
    /// End our direction; the peer may still be sending, and a full close would lose it our last
    /// answer (RFC 9112 section 9.6).
    case endOutput
    /// Close: both directions are over.
    case close
    /// Reset: the peer has to know that something is missing.
    case reset
  }

  public var disposal: Disposal {
    switch phase {
    case .head, .exchange, .discarding: .stayOpen
    case .closing: output.isEmpty ? .endOutput : .stayOpen
    case .closed: .close
    case .aborted: .reset
    }
  }

  /// Shows what is to be sent.
  public func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(output.bytes.span.extracting(output.range))
  }

  public var outputCount: Int { output.count }

  /// The transport took the first `count` bytes of the output.
  public mutating func sent(_ count: Int, now: UInt64) {
    guard count > 0 else { return }
    timing.moved(count, now)
    output.drop(count)
    if output.isEmpty, phase == .head { timing.idleIfUntouched(now) }
    settle(now)
  }

  mutating func settle(_ now: UInt64) {
    guard phase == .closing, output.isEmpty else { return }
    if inputEnded {
      phase = .closed
    } else {
      timing.linger(now)
    }
  }

  /// Whether only the peer can move things now.
  private var waitsForPeer: Bool {
    if !output.isEmpty || directIsBlocked { return true }
    switch phase {
    case .exchange: return answer == .none && input.isEmpty && !body.isOver
    case .discarding: return true
    case .head, .closing, .closed, .aborted: return false
    }
  }

  /// When `timePassed` has something to do, unless something else happens first; the largest number
  /// is never.
  public var deadline: UInt64 {
    switch phase {
    case .head:
      if !output.isEmpty { return timing.windowEnd(limits) }
      return input.isEmpty || scanner.isUntouched && input.count < 4
        ? timing.idleEnd(limits) : timing.headEnd(limits)
    case .exchange, .discarding: return waitsForPeer ? timing.windowEnd(limits) : .max
    case .closing: return output.isEmpty ? timing.lingerEnd(limits) : timing.windowEnd(limits)
    case .closed, .aborted: return .max
    }
  }

  /// Acts on the deadlines that have passed at `now`.
  public mutating func timePassed(now: UInt64) {
    guard now >= deadline else {
      // The peer is not responsible for the time in which nothing was asked of it.
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

  private mutating func checkRate(_ now: UInt64) {
    if timing.isTooSlow(limits) {
      abort()
    } else {
      timing.restartWindow(now)
    }
  }
}
