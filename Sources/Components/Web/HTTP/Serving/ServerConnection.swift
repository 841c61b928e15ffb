// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The server's end of one connection (RFC 9112): bytes in, requests out; answers in, bytes out. It
/// does no I/O and has no clock: times are nanoseconds of any monotonic clock that its user passes.
///
/// One request is answered at a time; those pipelined behind it wait in the input, and when that is
/// full, in the transport. Memory: see `Limits`.
///
/// Use: give it what arrives (`receive`, `peerEnded`); ask for `nextRequest`; read its body, and
/// answer with `respond`, `write`, `finish`; send what `withOutput` shows and say `sent`; call
/// `timePassed` at `deadline`; do what `disposal` says.
public struct ServerConnection: Sendable {
  enum Phase: Equatable, Sendable {
    /// Between requests, or in a head.
    case head
    /// A request is out and not answered to its end.
    case exchange
    /// Answered; the rest of its body is thrown away.
    case discarding
    /// The last answer is on its way out; input is thrown away.
    case closing
    case closed
    /// Torn down: what was promised cannot be kept.
    case aborted
  }

  enum Answer: Equatable, Sendable {
    case none
    /// Bytes of a body of stated length that are still to come.
    case length(UInt64)
    case chunked
    case untilClose
    /// There is a head only; what is written is dropped.
    case headOnly
    case done
  }

  let limits: Limits
  var phase = Phase.head
  var input = ByteQueue()
  var output = ByteQueue()
  var scanner = HeadScanner()
  var body = RequestBody(.none)
  var answer = Answer.none
  var request: RequestSummary
  var requestCount = 0
  var discarded: UInt64 = 0
  var inputEnded = false
  // Direct writes wait for the peer to read.
  var directIsBlocked = false
  var timing: Timing
  /// Memory is short: input and output are held to `Limits.crampedBytes` each.
  var isCramped = false

  /// What of the request its answer depends on.
  struct RequestSummary: Sendable {
    var isHead = false
    var isVersion11 = true
    var keepsAlive = true
    /// 100 was asked for and not sent.
    var awaitsContinue = false
  }

  public init(_ limits: Limits, now: UInt64) {
    self.limits = limits
    request = RequestSummary()
    timing = Timing(now: now)
  }

  /// Memory of what has come and what is to go, in bytes; see `Limits.memoryBound`.
  public var heldByteCount: Int { input.capacity + output.capacity }

  // MARK: Input

  /// Takes bytes that arrived. Returns how many: those beyond have to be kept and offered again,
  /// when `receiveRoom` is not 0.
  public mutating func receive(_ bytes: Span<UInt8>, now: UInt64) -> Int {
    switch phase {
    case .closing, .closed, .aborted: return bytes.count
    case .head, .exchange, .discarding: break
    }
    let count = min(bytes.count, receiveRoom)
    guard count > 0 else { return 0 }
    if phase == .head, input.isEmpty { timing.headStarted(now) }
    timing.moved(count, now)
    input.append(bytes.extracting(0..<count))
    if phase == .discarding { discard(now) }
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

  /// The peer will send nothing more. It may still want the answers to what it sent.
  public mutating func peerEnded(now: UInt64) {
    inputEnded = true
    switch phase {
    case .head:
      // A cut-off head is no request; a complete one is still answered.
      if input.isEmpty { phase = output.isEmpty ? .closed : .closing }
    case .discarding: phase = .closing
    case .exchange, .closing, .closed, .aborted: break
    }
    settle(now)
  }

  /// The next request once its head is complete and the one before is answered; nil until then. One
  /// that is refused is answered here, and the connection closes behind it.
  public mutating func nextRequest(now: UInt64) -> RequestHead? {
    // Answers that nobody reads hold up the requests behind them.
    guard phase == .head, output.count < outputLimit else { return nil }
    do throws(RequestError) {
      var scan = scanner
      let end = try scan.scan(input.bytes.span.extracting(input.range), limits)
      scanner = end == nil ? scan : HeadScanner()
      guard let end else {
        if scan.isUntouched {
          input.drop(scan.start)
          scanner = scan.withoutEmptyLines
        }
        if inputEnded { endWithoutRequest(now) }
        // A head for which there is no memory now.
        if isCramped, input.count >= inputLimit { refuse(.serviceUnavailable, now) }
        return nil
      }
      let start = scan.start
      let bytes = [UInt8](
        copying: input.bytes.span.extracting(input.start + start..<input.start + end))
      input.drop(end)
      let head = try HeadParser.parse(bytes, fieldCount: scan.lineCount)
      if case .length(let length) = head.framing, length > limits.bodyBytes {
        throw .bodyTooLarge
      }
      begin(head, now)
      return head
    } catch {
      refuse(error.status, now)
      return nil
    }
  }

  private mutating func endWithoutRequest(_ now: UInt64) {
    input.removeAll()
    phase = output.isEmpty ? .closed : .closing
    settle(now)
  }

  private mutating func begin(_ head: RequestHead, _ now: UInt64) {
    requestCount += 1
    phase = .exchange
    answer = .none
    discarded = 0
    body = RequestBody(head.framing)
    request.isHead = head.method == .head
    request.isVersion11 = head.isVersion11
    request.keepsAlive = head.keepsAlive && requestCount < limits.requestCount
    // Behind CONNECT another protocol would follow, which this server does not speak.
    if head.method == .connect { request.keepsAlive = false }
    request.awaitsContinue = head.expectsContinue
    timing.restartWindow(now)
  }

  // MARK: Request body

  public enum BodyProgress: Equatable, Sendable {
    /// More will come.
    case waiting
    case over
    /// It breaks the framing or a limit. If the answer had not begun it has been given.
    case failed
  }

  /// Hands what has arrived of the body to `sink`, in as many pieces as it takes.
  public mutating func readBody(
    now: UInt64, _ sink: (Span<UInt8>) -> Void
  ) -> BodyProgress {
    guard phase == .exchange else { return body.isOver ? .over : .failed }
    do throws(RequestError) {
      while true {
        let count = try body.advance(&input, limits)
        if body.isOver { return .over }
        if count == 0 { break }
        request.awaitsContinue = false
        sink(input.bytes.span.extracting(input.start..<input.start + count))
        input.drop(count)
        body.consumed(count)
      }
    } catch {
      if answer == .none { refuse(error.status, now) } else { abort() }
      return .failed
    }
    if inputEnded {
      // Cut off in the middle: nobody waits for an answer to half a request.
      abort()
      return .failed
    }
    if request.awaitsContinue, answer == .none {
      request.awaitsContinue = false
      output.append(32) { (bytes: inout [UInt8]) in bytes.append("HTTP/1.1 100 Continue\r\n\r\n") }
      timing.restartWindow(now)
    }
    return .waiting
  }

  mutating func discard(_ now: UInt64) {
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
    betweenRequests(now)
  }

  mutating func betweenRequests(_ now: UInt64) {
    phase = .head
    answer = .none
    scanner = HeadScanner()
    timing.idle(now)
    if !input.isEmpty { timing.headStarted(now) }
    if inputEnded, input.isEmpty { phase = output.isEmpty ? .closed : .closing }
  }

  mutating func beginClosing(_ now: UInt64) {
    phase = .closing
    input.removeAll()
    settle(now)
  }
}
