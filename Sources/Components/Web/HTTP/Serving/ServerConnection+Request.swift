// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

// Bytes in, requests out.

extension ServerConnection {
  // MARK: Input

  /// Takes bytes that have arrived and returns how many it took. Keep the rest and offer it again
  /// when `receiveRoom` is not 0.
  public func receive(_ bytes: Span<UInt8>, now: Instant) -> Int {
    switch phase {
    case .closing, .closed, .aborted: return bytes.count
    case .head, .exchange, .discarding: break
    }
    let count = min(bytes.count, receiveRoom)
    guard count > 0 else { return 0 }
    if phase == .head, input.isEmpty { timing.beginHead(now) }
    timing.addBytes(count)
    // The handler has not been offered these yet.
    if phase == .exchange { setAwaitsInput(false, now) }
    input.append(bytes.extracting(0..<count))
    if phase == .discarding { discardBody(now) }
    return count
  }

  private var inputLimit: Int {
    isCramped ? min(limits.headBytes, Limits.crampedBytes) : limits.headBytes
  }

  /// Bytes that `receive` would take now.
  public var receiveRoom: Int {
    switch phase {
    case .head, .exchange, .discarding: max(inputLimit - input.count, 0)
    case .closing, .closed, .aborted: .max
    }
  }

  /// The peer sends nothing more. It may still read the answers to what it has sent.
  public func peerEnded(now: Instant) {
    inputEnded = true
    switch phase {
    case .head:
      // `nextRequest` still answers a complete head, and drops one that is cut off.
      if input.isEmpty { phase = output.isEmpty ? .closed : .closing }
    case .discarding: phase = .closing
    case .exchange, .closing, .closed, .aborted: break
    }
    closeOrLinger(now)
  }

  // MARK: Heads

  /// The next request, once its head is complete and the request before it is answered. A request
  /// that has to be refused is answered here, and the connection closes after that.
  public func nextRequest(now: Instant) -> RequestHead? {
    var memory = HeadMemory()
    return nextRequest(&memory, now: now)
  }

  /// Takes a request whose head has arrived in one piece, where it lies. Nil, without taking anything, in
  /// all other cases, and if it has to be refused: then `receive` and `nextRequest` are what it takes.
  @_optimize(speed)
  func receiveRequest(
    _ bytes: Span<UInt8>, _ memory: inout HeadMemory, now: Instant
  ) -> (head: RequestHead, count: Int)? {
    guard phase == .head, input.isEmpty, scanner.isFresh, !inputEnded, output.count < outputLimit
    else { return nil }
    do throws(RequestError) {
      let (head, end) = try parse(bytes.extracting(0..<min(bytes.count, inputLimit)), &memory)
      beginExchange(head, now)
      return (head, end)
    } catch {
      return nil
    }
  }

  @_optimize(speed)
  private func parse(
    _ bytes: Span<UInt8>, _ memory: inout HeadMemory
  ) throws(RequestError) -> (head: RequestHead, end: Int) {
    let (head, end) = try HeadParser.parse(bytes, limits, into: memory.take())
    if case .length(let length) = head.framing, length > limits.bodyBytes { throw .bodyTooLarge }
    return (head, end)
  }

  func nextRequest(_ memory: inout HeadMemory, now: Instant) -> RequestHead? {
    // Answers that the peer does not read hold up the requests behind them.
    guard phase == .head, !input.isEmpty || inputEnded, output.count < outputLimit else {
      return nil
    }
    do throws(RequestError) {
      var scan = scanner
      let end = try input.withBytes { (bytes) throws(RequestError) in
        try scan.scan(bytes, limits)
      }
      scanner = end == nil ? scan : HeadScanner()
      guard let end else {
        if scan.isUntouched {
          input.drop(scan.start)
          scanner = scan.withoutEmptyLines
        }
        if inputEnded { endWithoutRequest(now) }
        // There is no memory for a longer head now.
        if isCramped, input.count >= inputLimit { refuse(.serviceUnavailable, now) }
        return nil
      }
      let start = scan.start
      let head = try input.withBytes { (bytes) throws(RequestError) in
        try parse(bytes.extracting(start..<end), &memory).head
      }
      input.drop(end)
      beginExchange(head, now)
      return head
    } catch {
      refuse(error.status, now)
      return nil
    }
  }

  private func endWithoutRequest(_ now: Instant) {
    input.removeAll()
    phase = output.isEmpty ? .closed : .closing
    closeOrLinger(now)
  }

  @_optimize(speed)
  private func beginExchange(_ head: RequestHead, _ now: Instant) {
    requestCount += 1
    phase = .exchange
    framing = .notBegun
    discarded = 0
    body = RequestBody(head.framing)
    request.isHead = head.method == .head
    request.isVersion11 = head.isVersion11
    request.keepsAlive = head.keepsAlive && requestCount < limits.requestCount
    // What follows CONNECT would be another protocol.
    if head.method == .connect { request.keepsAlive = false }
    request.awaitsContinue = head.expectsContinue
    request.readsBody = false
    awaitsInput = false
    stalledSince = nil
    isOverLimit = false
    timing.restartWindow(now)
    timing.pauseWindow(now)
  }

  // MARK: Bodies

  /// Whether the rest of the body is known to be longer.
  func isLonger(than limit: UInt64) -> Bool {
    guard let rest = body.knownRest else { return false }
    return rest > limit
  }

  /// What `readBody` came to.
  public enum BodyProgress: Equatable, Sendable {
    /// More is to come.
    case waiting
    /// The whole body was read.
    case over
    /// The body breaks its framing or a limit, or was cut off. The request has been answered, or the
    /// connection torn down where the response had begun.
    case failed
  }

  /// Passes what has arrived of the request's body to `sink`, possibly in several pieces.
  public func readBody(now: Instant, _ sink: (Span<UInt8>) -> Void) -> BodyProgress {
    guard phase == .exchange else { return body.isOver ? .over : .failed }
    while findBody(now: now) {
      if body.isOver { return .over }
      let count = takeInput(atMost: .max, now: now) { bytes in
        sink(bytes)
        return bytes.count
      }
      if count == 0 { return .waiting }
    }
    return .failed
  }

  /// Discards what has arrived of a body that the handler did not read. At its end the next request
  /// can begin; a body that is too long closes the connection.
  func discardBody(_ now: Instant) {
    if body.isOver { return awaitRequest(now) }
    do throws(RequestError) {
      while true {
        let count = try body.advance(&input, limits)
        if body.isOver { break }
        if count == 0 {
          if inputEnded { beginClosing(now) }
          return
        }
        input.drop(count)
        body.consumed(count)
        discarded &+= UInt64(count)
        if discarded > limits.discardBytes { return beginClosing(now) }
      }
    } catch {
      return beginClosing(now)
    }
    awaitRequest(now)
  }

  private func awaitRequest(_ now: Instant) {
    phase = .head
    framing = .notBegun
    scanner = HeadScanner()
    timing.beginIdle(now)
    if !input.isEmpty { timing.beginHead(now) }
    if inputEnded, input.isEmpty { phase = output.isEmpty ? .closed : .closing }
  }

  func beginClosing(_ now: Instant) {
    phase = .closing
    input.removeAll()
    closeOrLinger(now)
  }
}
