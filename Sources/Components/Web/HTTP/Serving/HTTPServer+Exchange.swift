// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

// Exchanges: the handler is called until nothing moves.

extension HTTPServer {
  @inline(never)
  mutating func beginExchange(_ handler: ExchangeHandler, _ slot: ConnectionSlot, _ now: Instant) {
    switch handler.kind {
    case .body:
      if slot.connection.isLonger(than: handler.limit) {
        return begin(.status(.contentTooLarge), slot, now)
      }
    case .upgrade:
      guard slot.connection.canUpgrade else { return begin(.status(.badRequest), slot, now) }
    }
    handler.heard = now
    handler.wakes = wakes
    handler.connection = slot.index
    handler.commonLines = currentLines(slot)
    slot.work = .exchanging(handler)
    if case .body = handler.kind, !slot.connection.request.isHead { return }
    handler.begin(slot, now, isEnd: slot.connection.request.isHead)
    if slot.connection.request.isHead { endExchange(handler, slot, now) }
  }

  /// Calls the handler. Returns whether the connection may go on to something else.
  @inline(never)
  mutating func exchange(_ handler: ExchangeHandler, _ slot: ConnectionSlot, _ now: Instant) -> Bool
  {
    if handler.isHeldBack || slot.connection.inputCount > handler.unread { handler.heard = now }
    defer {
      handler.unread = slot.connection.inputCount
      handler.isHeldBack = slot.connection.receiveRoom == 0
    }
    var exchange = Exchange(slot: slot, handler: handler, now: now)
    while slot.connection.findBody(now: now) {
      if !exchange.hasBegun { handler.commonLines = currentLines(slot) }
      let moved = handler.moved
      let step = handler.step(&exchange)
      guard slot.connection.phase == .exchange else { break }
      if slot.connection.isOverLimit {
        if exchange.hasBegun { break }
        begin(.status(.contentTooLarge), slot, now)
        return true
      }
      switch step {
      case .end:
        handler.begin(slot, now, isEnd: true)
        endExchange(handler, slot, now)
        return true
      case .failed:
        slot.connection.abort()
        continue
      case .more where handler.moved != moved: continue
      case .more, .wait: return false
      }
    }
    if slot.connection.phase == .exchange { slot.connection.abort() }
    slot.work = .awaitingRequest
    slot.log = nil
    return true
  }

  private mutating func endExchange(
    _ handler: ExchangeHandler, _ slot: ConnectionSlot, _ now: Instant
  ) {
    endAnswer(slot, now)
    // A body shorter than its stated length has torn the connection down.
    handler.isComplete = slot.connection.phase != .aborted
  }

  func currentLines(_ slot: ConnectionSlot) -> [UInt8] {
    commonLines.lines(date: settings.date?(), isSecure: slot.isSecure)
  }
}
