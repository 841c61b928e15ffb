// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

// Handlers that wait, and deadlines.

extension HTTPServer {
  /// Asks all handlers and bodies that wait whether they can go on.
  public mutating func wake(now: Instant) {
    for index in slots.indices { wake(index, now: now) }
  }

  /// Asks only those of one connection (`Request.connection`), which is cheaper.
  public mutating func wake(_ index: Int, now: Instant) {
    guard let slot = slot(index) else { return }
    switch slot.work {
    case .awaitingAnswer, .streaming, .sendingSource, .exchanging, .receivingBody:
      advance(slot, index, now)
      changed.append(index)
    case .awaitingRequest, .sendingBytes, .sendingStored: break
    }
  }

  /// When to call `timePassed` next; there may be nothing to do by then. `never` means none.
  public var deadline: Instant { wakes.isEmpty ? nextDeadline : .start }

  /// Connections that are woken in one turn. A handler may have a lot to do, such as to compress.
  private static var wakeLimit: Int { 16 }

  /// Acts on all deadlines up to `now`, and wakes connections whose `Waker`s were used, a few at a time.
  public mutating func timePassed(now: Instant) {
    // The others come next time, after what has arrived meanwhile, and so do those that they wake in turn.
    for index in wakes.take(atMost: Self.wakeLimit) { wake(index, now: now) }
    guard now >= nextDeadline else { return }
    nextDeadline = .never
    for index in slots.indices {
      guard let slot = slots[index] else { continue }
      let isDue = now >= deadline(of: slot)
      slot.connection.timePassed(now: now)
      if now >= workDeadline(of: slot) {
        switch slot.work {
        case .awaitingAnswer, .receivingBody: begin(.status(.gatewayTimeout), slot, now)
        case .exchanging(let handler) where now < handler.silenceEnd:
          exchangeIsDue(handler, slot, now)
        default: slot.connection.abort()
        }
      }
      if isDue {
        advance(slot, index, now)
        changed.append(index)
      } else {
        nextDeadline = min(nextDeadline, deadline(of: slot))
      }
    }
  }

  /// The handler's own deadline has come, or it took nothing for too long.
  private mutating func exchangeIsDue(
    _ handler: ExchangeHandler, _ slot: ConnectionSlot, _ now: Instant
  ) {
    if now >= handler.deadline {
      handler.deadline = .never
      slot.connection.restartStall(now)
    } else if slot.connection.awaitsAnswer {
      begin(.status(.gatewayTimeout), slot, now)
    } else {
      slot.connection.abort()
    }
  }

  // A call would copy the connection.
  @inline(__always)
  func deadline(of slot: ConnectionSlot) -> Instant {
    min(slot.connection.deadline, workDeadline(of: slot))
  }

  /// When a handler has waited too long with its answer, or a source with the next bytes of a body, or
  /// when an exchange has to be called or given up.
  private func workDeadline(of slot: ConnectionSlot) -> Instant {
    switch slot.work {
    case .awaitingAnswer: slot.started + settings.limits.answerTime
    case .sendingSource where !slot.connection.waitsForPeer:
      slot.sourceProgress + settings.limits.sourceTime
    case .receivingBody: slot.connection.stallEnd
    case .exchanging(let handler):
      min(
        handler.deadline == .never ? slot.connection.stallEnd : handler.deadline,
        handler.silenceEnd)
    default: .never
    }
  }

  /// The number of a connection that `wake` or `timePassed` may have changed, or nil when there
  /// are no more. A number may come more than once, and may no longer be in use.
  public mutating func nextChanged() -> Int? { changed.popLast() }
}
