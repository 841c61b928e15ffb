// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

extension WebSocketEndpoint {
  /// When to call `timePassed` next, unless something else happens before.
  public var deadline: Instant {
    switch state {
    case .aborted: return .never
    case .closing, .closed: return closeBegun.map { $0 + limits.closeTime } ?? .start
    case .open:
      guard output.count == 0 || stalled != nil else { return .start }
      let write = stalled.map { $0 + limits.writeTime } ?? .never
      guard !isCongested else { return write }
      return min(write, pingSent.map { $0 + limits.pongTime } ?? heard + limits.pingInterval)
    }
  }

  /// Sends a ping, or ends the connection, if it is time.
  public mutating func timePassed(now: Instant) {
    settle(now: now)
    guard now >= deadline else { return }
    if state == .open, pingSent == nil, stalled.map({ now < $0 + limits.writeTime }) ?? true {
      output.append(.ping, Span(), exactly: true)
      pingSent = now
      settle(now: now)
    } else {
      abort()
    }
  }

  /// Begins the times that calls without a time have left open.
  mutating func settle(now: Instant) {
    if output.count == 0 { stalled = nil } else if stalled == nil { stalled = now }
    if state == .closing || state == .closed, closeBegun == nil { closeBegun = now }
  }
}
