// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

// Bodies of which a handler takes as much as it wants, and upgraded connections.

extension ServerConnection {
  /// Whether everything was taken that there is to take.
  var exchangeInputEnded: Bool {
    body.isOver || body.isRaw && inputEnded && input.isEmpty || phase != .exchange
  }

  /// Finds where the body's next bytes are. Returns false if the body breaks its framing or was cut off:
  /// then the request has been answered, or the connection torn down.
  func findBody(now: Instant) -> Bool {
    guard phase == .exchange else { return false }
    do throws(RequestError) {
      let count = try body.advance(&input, limits)
      if count == 0, inputEnded, !body.isOver, !body.isRaw {
        abort()
        return false
      }
      return true
    } catch {
      if framing == .notBegun { refuse(error.status, now) } else { abort() }
      return false
    }
  }

  /// Passes the next bytes of the body to `take`, which returns how many it took. If there are none, a
  /// client that waits for 100 (Continue) gets it.
  ///
  /// - Parameter limit: bytes that it may still have. If there are more, `isOverLimit` is set.
  func takeInput(
    atMost limit: UInt64, now: Instant, _ take: (Span<UInt8>) -> Int
  ) -> Int {
    guard findBody(now: now), !body.isOver else { return 0 }
    // `findBody` has removed the framing in front of them.
    guard var count = try? body.advance(&input, limits) else { return 0 }
    guard count > 0 else {
      stalledSince = nil
      setAwaitsInput(!body.isRaw, now)
      sendContinue(now)
      return 0
    }
    request.awaitsContinue = false
    guard limit > 0 else {
      isOverLimit = true
      return 0
    }
    count = Int(min(UInt64(count), limit))
    let isWhole = count == input.count
    let taken = input.withBytes { min(max(take($0.extracting(0..<count)), 0), count) }
    input.drop(taken)
    body.consumed(taken)
    // Finds the body's end.
    _ = findBody(now: now)
    let canGrow = isWhole && canReceiveBody
    setAwaitsInput(canGrow && !body.isRaw, now)
    if taken > 0 || canGrow {
      stalledSince = nil
    } else if stalledSince == nil || !output.isEmpty {
      stalledSince = now
    }
    return taken
  }

  /// Whether the peer can send more of the body now.
  private var canReceiveBody: Bool {
    if body.isRaw && inputEnded { return false }
    return receiveRoom > 0 && (body.knownRest ?? .max) > UInt64(input.count)
  }

  /// Time in which the handler does not wait for the peer does not count against the peer.
  func setAwaitsInput(_ awaits: Bool, _ now: Instant) {
    guard awaits != awaitsInput else { return }
    awaitsInput = awaits
    if awaits { timing.resumeWindow(now) } else { timing.pauseWindow(now) }
  }

  /// When a handler that takes nothing of the input that it was offered is given up.
  var stallEnd: Instant {
    guard phase == .exchange, output.isEmpty, let stalledSince else { return .never }
    return stalledSince + limits.answerTime
  }

  /// The handler was called at a time of its own choice.
  func restartStall(_ now: Instant) {
    if stalledSince != nil { stalledSince = now }
  }

  private func sendContinue(_ now: Instant) {
    guard request.awaitsContinue, framing == .notBegun else { return }
    request.awaitsContinue = false
    output.append(32) { (bytes: inout [UInt8]) in bytes.append("HTTP/1.1 100 Continue\r\n\r\n") }
    timing.restartWindow(now)
  }

  /// Begins a response before the request's body was read.
  ///
  /// - Parameter readsOn: whether the handler wants the rest of the body. Otherwise a client that waits for 100 (Continue) is not
  ///   asked to send it.
  func beginExchange(
    _ head: ResponseHead, readsOn: Bool, commonLines: [UInt8], now: Instant
  ) {
    if readsOn {
      // After the final response has begun it would be too late.
      sendContinue(now)
      request.readsBody = true
    }
    respond(head, commonLines: commonLines, now: now)
  }

  /// Bytes of the body for which there would be room behind `head`: at least one if the output is
  /// empty, so that a large head can begin while memory is short.
  func roomBehind(_ head: ResponseHead) -> Int {
    guard awaitsAnswer else { return 0 }
    let framing = framing(of: head)
    // 64 for Date, and what else all answers have.
    let room = writeRoom(
      framing, behind: output.count + head.byteCount + Self.headOverhead + 64)
    guard room == 0, output.isEmpty else { return room }
    switch framing {
    case .length(let rest): return rest > 0 ? 1 : 0
    case .chunked, .untilClose: return 1
    case .notBegun, .headOnly, .complete: return 0
    }
  }

  /// Ends HTTP on this connection: from now on, everything that arrives is the body, and everything that
  /// is written goes out as it is.
  func upgrade(_ head: ResponseHead, commonLines: [UInt8], now: Instant) {
    guard awaitsAnswer else { return }
    request.keepsAlive = false
    body = .raw
    framing = .untilClose
    let limit = Self.headOverhead + head.byteCount + commonLines.count
    output.append(limit) { (bytes: inout [UInt8]) in
      bytes.append(upTo: limit) { text in
        head.status.writeLine(to: &text)
        text.write(commonLines.span)
        text.write("Connection: Upgrade\r\n")
        text.write(head.lines.span)
        text.write("\r\n")
      }
    }
    timing.restartWindow(now)
  }

  /// Whether this connection's request may have it upgraded: HTTP/1.1, and without a body.
  var canUpgrade: Bool {
    awaitsAnswer && request.isVersion11 && !request.isHead && body.isOver
  }
}
