// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

// Bytes in from the transport, and bytes out to it.

extension HTTPServer {
  // MARK: Input

  /// Takes bytes that have arrived and returns how many it took. Offer the rest again after the
  /// next event.
  @_optimize(speed)
  public mutating func receive(_ index: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    guard let slot = slot(index) else { return bytes.count }
    var taken = 0
    while taken < bytes.count {
      slot.connection.isCramped = heldByteCount > configuration.settings.memoryLimit
      let rest = bytes.extracting(taken..<bytes.count)
      if let (head, count) = slot.connection.receiveRequest(rest, &headMemory, now: now) {
        taken += count
        answer(head, slot, index, now)
        advance(slot, index, now)
        continue
      }
      let count = slot.connection.receive(rest, now: now)
      taken += count
      advance(slot, index, now)
      if count == 0 { break }
    }
    return taken
  }

  /// The peer has ended its direction; it may still read answers.
  public mutating func peerEnded(_ index: Int, now: Instant) {
    guard let slot = slot(index) else { return }
    slot.connection.peerEnded(now: now)
    advance(slot, index, now)
  }

  // MARK: Output

  /// Bytes that wait to be sent.
  public func outputCount(_ index: Int) -> Int { slot(index)?.connection.outputCount ?? 0 }

  /// Passes the bytes that wait to be sent to `body`; nil for a number that is not in use.
  public func withOutput<Result>(_ index: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    slot(index)?.connection.withOutput(body)
  }

  /// The transport took the first `count` bytes of the output. There may be new output now.
  @_optimize(speed)
  public mutating func sent(_ index: Int, _ count: Int, now: Instant) {
    guard let slot = slot(index) else { return }
    slot.sent &+= UInt64(max(count, 0))
    slot.connection.sent(count, now: now)
    if count > 0 { slot.sourceProgress = now }
    advance(slot, index, now)
  }

  // MARK: Direct bodies

  /// The end of a body goes into the output if it is no longer than this: a small body together
  /// with its head.
  static var smallBody: UInt64 { 4096 }

  /// Whether bytes of a body wait for `sendDirectly`, which lends them where they lie.
  public func hasDirectOutput(_ index: Int) -> Bool {
    guard settings.sendsDirectly, let slot = slot(index) else { return false }
    switch slot.work {
    case .sendingSource, .sendingStored: return slot.connection.directRoom > 0
    default: return false
    }
  }

  /// Offers bytes of a body to the transport where they lie, without a copy in the output. Does
  /// nothing unless the output is empty. There may be output afterwards.
  ///
  /// - Parameter transport: returns how many of the bytes it took. If that is not all, the next
  ///   call, which should come when the transport has room, offers the rest.
  public mutating func sendDirectly(
    _ index: Int, now: Instant, _ transport: (Span<UInt8>) -> Int
  ) {
    guard hasDirectOutput(index), let slot = slot(index) else { return }
    while slot.connection.directRoom > 0 {
      var (count, isBlocked) = (0, false)
      let step = offerBody(slot) { bytes in
        let room = Int(min(UInt64(bytes.count), slot.connection.directRoom))
        count = min(max(transport(bytes.extracting(0..<room)), 0), room)
        isBlocked = count < room
        return count
      }
      slot.connection.wroteDirectly(count, now: now)
      slot.connection.setDirectlyBlocked(isBlocked, now: now)
      slot.sent &+= UInt64(count)
      if step == .failed {
        slot.connection.abort()
      } else if slot.connection.bodyRest == 0 || step == .end {
        endAnswer(slot, now)
      } else if count == 0 || isBlocked || step == .wait {
        break
      } else {
        continue
      }
      break
    }
    advance(slot, index, now)
  }

  private func offerBody(
    _ slot: ConnectionSlot, _ consume: (Span<UInt8>) -> Int
  ) -> StreamStep {
    switch slot.work {
    case .sendingSource(let source): return source.offer(consume)
    case .sendingStored(let body, let end):
      let start = end &- slot.connection.bodyRest
      return body.offer(start, upTo: end, consume) == nil ? .failed : .more
    default: return .wait
    }
  }
}
