// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

// One connection's way from request to answer.

extension HTTPServer {
  /// Carries a connection as far as it can go now: through requests, answers and bodies.
  @_optimize(speed)
  mutating func advance(_ slot: ConnectionSlot, _ index: Int, _ now: Instant) {
    defer {
      updateSourceProgress(slot, now)
      nextDeadline = min(nextDeadline, deadline(of: slot))
      updateHeldByteCount(slot)
    }
    while true {
      slot.connection.isCramped = heldByteCount > settings.memoryLimit
      switch slot.connection.disposal {
      case .reset, .close:
        // Releases whatever the handler holds for the answer.
        slot.work = .awaitingRequest
        slot.log = nil
      case .stayOpen, .endOutput: break
      }
      guard advanceOnce(slot, index, now) else { return }
    }
  }

  private func updateSourceProgress(_ slot: ConnectionSlot, _ now: Instant) {
    guard case .sendingSource = slot.work else { return }
    let rest = slot.connection.bodyRest
    if rest != slot.sourceRest || slot.connection.waitsForPeer {
      (slot.sourceRest, slot.sourceProgress) = (rest, now)
    }
  }

  @_optimize(speed)
  private mutating func updateHeldByteCount(_ slot: ConnectionSlot) {
    if case .awaitingRequest = slot.work { slot.headByteCount = 0 }
    let held = slot.connection.heldByteCount + slot.headByteCount
    heldByteCount += held - slot.held
    slot.held = held
  }

  /// Returns whether more can be done at once.
  @_optimize(speed)
  private mutating func advanceOnce(_ slot: ConnectionSlot, _ index: Int, _ now: Instant) -> Bool {
    switch slot.work {
    case .awaitingRequest:
      guard let head = slot.connection.nextRequest(&headMemory, now: now) else { return false }
      answer(head, slot, index, now)
      return true
    case .awaitingAnswer(let ask):
      guard let answer = ask() else { return false }
      begin(answer, slot, now)
      return true
    case .receivingBody(let limit, let count, let take, let then):
      return receiveBody(slot, limit, count, take, then, now)
    case .sendingBytes(let bytes, let written):
      let count = slot.connection.write(bytes.span.extracting(written..<bytes.count), now: now)
      if written + count == bytes.count {
        endAnswer(slot, now)
        return true
      }
      guard count > 0 else { return false }
      slot.work = .sendingBytes(bytes, written + count)
      return false
    case .exchanging(let handler): return exchange(handler, slot, now)
    case .streaming(let stream): return writeStream(slot, now) { writer in stream(&writer) }
    case .sendingSource(let source):
      // The transport asks for a longer rest itself.
      if settings.sendsDirectly, slot.connection.bodyRest > Self.smallBody { return false }
      return writeStream(slot, now) { writer in source.offer { writer.write($0) } }
    case .sendingStored(let body, let end): return writeStored(body, upTo: end, slot, now)
    }
  }

  /// Begins the answer to a request.
  @_optimize(speed)
  mutating func answer(
    _ head: RequestHead, _ slot: ConnectionSlot, _ index: Int, _ now: Instant
  ) {
    slot.started = now
    // The decoded path is no longer than the target.
    slot.headByteCount = head.bytes.count + 16 * head.fieldCount + head.targetExtent.range.count
    slot.sentAtStart = slot.sent &+ UInt64(slot.connection.outputCount)
    if configuration.hasLog {
      slot.log = AccessLogEntry(
        connection: index, head: head, status: 0, byteCount: 0, duration: .zero)
    }
    begin(configuration.answer(head, index, now, isSecure: slot.isSecure), slot, now)
  }

  /// Begins what `answer` says: to wait, to receive the request's body, or to send a response.
  @_optimize(speed)
  mutating func begin(_ answer: Answer, _ slot: ConnectionSlot, _ now: Instant) {
    switch answer {
    case .wait(let ask): slot.work = .awaitingAnswer(ask)
    case .exchange(let handler): beginExchange(handler, slot, now)
    case .receive(let limit, let take, let then):
      if slot.connection.isLonger(than: limit) {
        return begin(.status(.contentTooLarge), slot, now)
      }
      slot.work = .receivingBody(limit: limit, count: 0, take, then)
    case .respond(let response):
      slot.log?.status = response.head.status.code
      slot.connection.respond(response.head, commonLines: currentLines(slot), now: now)
      guard slot.connection.wantsBody else { return endAnswer(slot, now) }
      switch response.body {
      case .none: endAnswer(slot, now)
      case .bytes(let bytes): slot.work = .sendingBytes(bytes, 0)
      case .stream(let stream): slot.work = .streaming(stream)
      case .source(let source):
        slot.work = .sendingSource(source)
        (slot.sourceRest, slot.sourceProgress) = (slot.connection.bodyRest, now)
      case .stored(let body, let end):
        // A small one is in the output at once.
        if !writeStored(body, upTo: end, slot, now) { slot.work = .sendingStored(body, end) }
      }
    }
  }

  /// Writes as much of a stored body as there is room for. Returns whether the answer is over.
  @_optimize(speed)
  private mutating func writeStored(
    _ body: StoredBody, upTo end: UInt64, _ slot: ConnectionSlot, _ now: Instant
  ) -> Bool {
    var rest = slot.connection.bodyRest
    // The transport asks for a longer rest itself.
    if configuration.settings.sendsDirectly, rest > Self.smallBody { return false }
    while rest > 0 {
      let count = body.offer(end &- rest, upTo: end) { slot.connection.write($0, now: now) }
      guard let count else {
        slot.connection.abort()
        slot.work = .awaitingRequest
        return true
      }
      if count == 0 { return false }
      rest = slot.connection.bodyRest
    }
    endAnswer(slot, now)
    return true
  }

  private mutating func receiveBody(
    _ slot: ConnectionSlot, _ limit: UInt64, _ count: UInt64, _ take: (Span<UInt8>) -> Int,
    _ then: () -> Answer, _ now: Instant
  ) -> Bool {
    var total = count
    while slot.connection.findBody(now: now) {
      if slot.connection.exchangeInputEnded {
        begin(then(), slot, now)
        return true
      }
      var isStopped = false
      let taken = slot.connection.takeInput(atMost: limit - min(total, limit), now: now) { bytes in
        let count = take(bytes)
        isStopped = count < 0
        return count
      }
      if isStopped {
        begin(then(), slot, now)
        return true
      }
      total &+= UInt64(taken)
      if slot.connection.isOverLimit {
        begin(.status(.contentTooLarge), slot, now)
        return true
      }
      guard taken == 0 else { continue }
      if case .receivingBody(_, _, let take, let then) = slot.work {
        slot.work = .receivingBody(limit: limit, count: total, take, then)
      }
      return false
    }
    slot.work = .awaitingRequest
    slot.log = nil
    return true
  }

  private mutating func writeStream(
    _ slot: ConnectionSlot, _ now: Instant, _ stream: (inout BodyWriter) -> StreamStep
  ) -> Bool {
    var writer = BodyWriter(slot: slot, now: now)
    while writer.room > 0 {
      let room = writer.room
      switch stream(&writer) {
      case .more:
        // A stream that wrote nothing would be called again forever.
        if writer.room == room { return false }
      case .wait: return false
      case .end:
        endAnswer(slot, now)
        return true
      case .failed:
        slot.connection.abort()
        slot.work = .awaitingRequest
        return true
      }
    }
    // A body of known length is complete with its last byte.
    guard !slot.connection.wantsBody else { return false }
    endAnswer(slot, now)
    return true
  }

  @_optimize(speed)
  mutating func endAnswer(_ slot: ConnectionSlot, _ now: Instant) {
    slot.work = .awaitingRequest
    slot.connection.finish(now: now)
    guard var entry = slot.log, let log = settings.log else { return }
    slot.log = nil
    entry.byteCount =
      slot.sent &+ UInt64(slot.connection.outputCount) &- slot.sentAtStart
    entry.duration = now - slot.started
    log(entry)
  }
}
