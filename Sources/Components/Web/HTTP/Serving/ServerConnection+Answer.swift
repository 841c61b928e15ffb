// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

extension ServerConnection {
  /// Whether the request that is out has not been answered yet.
  public var awaitsAnswer: Bool { phase == .exchange && answer == .none }

  /// Writes the head of the answer. Nothing happens where no answer is awaited.
  ///
  /// - Parameter date: seconds since 1970 for the Date field; nil leaves it out, as a server
  ///   without a clock must (RFC 9110 section 6.6.1).
  public mutating func respond(_ head: ResponseHead, date: Int64? = nil, now: UInt64) {
    var line: [UInt8] = []
    if let date {
      line.append("Date: ")
      HTTPDate.append(date, to: &line)
      line.append("\r\n")
    }
    respond(head, dateLine: line, now: now)
  }

  mutating func respond(_ head: ResponseHead, dateLine: [UInt8], now: UInt64) {
    guard awaitsAnswer else { return }
    if request.awaitsContinue { request.keepsAlive = false }
    if let rest = body.knownRest, rest > limits.discardBytes { request.keepsAlive = false }
    answer = framing(of: head)
    if answer == .untilClose { request.keepsAlive = false }
    let summary = request
    let answer = answer
    output.append(head.lines.count + Self.headOverhead + bodyRoom(head)) { (bytes: inout [UInt8]) in
      bytes.append("HTTP/1.1 ")
      bytes.append(decimal: UInt64(head.status.code))
      bytes.append(0x20)
      bytes.append(head.status.phrase)
      bytes.append("\r\n")
      bytes.append(copying: dateLine.span)
      if !summary.keepsAlive {
        bytes.append("Connection: close\r\n")
      } else if !summary.isVersion11 {
        bytes.append("Connection: keep-alive\r\n")
      }
      Self.appendFraming(head, answer, summary, to: &bytes)
      bytes.append(copying: head.lines.span)
      bytes.append("\r\n")
    }
    timing.restartWindow(now)
  }

  var outputLimit: Int {
    isCramped ? min(limits.outputBytes, Limits.crampedBytes) : limits.outputBytes
  }

  // Status line, Date, Connection and the body's framing.
  private static var headOverhead: Int { 192 }

  /// Bytes of the body that are worth reserving room for with the head.
  private func bodyRoom(_ head: ResponseHead) -> Int {
    guard case .length(let length) = answer else { return 0 }
    return Int(min(length, UInt64(max(outputLimit - output.count, 0))))
  }

  private func framing(of head: ResponseHead) -> Answer {
    if request.isHead || head.status.forbidsBody { return .headOnly }
    switch head.length {
    case .known(let length): return .length(length)
    case .unknown: return request.isVersion11 ? .chunked : .untilClose
    }
  }

  private static func appendFraming(
    _ head: ResponseHead, _ answer: Answer, _ request: RequestSummary, to bytes: inout [UInt8]
  ) {
    // 1xx and 204 must have neither field (RFC 9110 section 8.6); for 304 a length is optional, and
    // would be that of the body which is not sent.
    if head.status.forbidsBody { return }
    switch head.length {
    case .known(let length):
      bytes.append("Content-Length: ")
      bytes.append(decimal: length)
      bytes.append("\r\n")
    case .unknown:
      if request.isVersion11 { bytes.append("Transfer-Encoding: chunked\r\n") }
    }
  }

  /// Whether what is written of the body reaches the peer: not to HEAD, not with 304.
  public var wantsBody: Bool {
    switch answer {
    case .length(let rest): rest > 0
    case .chunked, .untilClose: true
    case .none, .headOnly, .done: false
    }
  }

  // Framing of a chunk: up to 16 digits and two line ends.
  private static var chunkFraming: Int { 20 }

  /// Bytes of body that `write` takes now; 0 while the peer has to read first.
  public var writeRoom: Int {
    guard phase == .exchange else { return 0 }
    let room = max(outputLimit - output.count, 0)
    // A peer that takes a byte at a time does not make all that is buffered move for each.
    guard room >= outputLimit / 4 else { return 0 }
    switch answer {
    case .length(let rest): return Int(min(UInt64(room), rest))
    case .untilClose: return room
    case .chunked: return max(room - Self.chunkFraming, 0)
    case .none, .headOnly, .done: return 0
    }
  }

  /// Writes a part of the body; returns how much of it was taken.
  public mutating func write(_ bytes: Span<UInt8>, now: UInt64) -> Int {
    let count = min(bytes.count, writeRoom)
    guard count > 0 else { return 0 }
    if output.isEmpty { timing.restartWindow(now) }
    let part = bytes.extracting(0..<count)
    switch answer {
    case .chunked:
      output.append(count + Self.chunkFraming) { (bytes: inout [UInt8]) in
        bytes.append(hexadecimal: UInt64(count))
        bytes.append("\r\n")
        bytes.append(copying: part)
        bytes.append("\r\n")
      }
    case .length(let rest):
      answer = .length(rest - UInt64(count))
      output.append(part)
    case .none, .untilClose, .headOnly, .done: output.append(part)
    }
    return count
  }

  /// Bytes of a body of stated length that are still to come.
  var bodyRest: UInt64 {
    guard phase == .exchange, case .length(let rest) = answer else { return 0 }
    return rest
  }

  /// Bytes of body that may go to the transport past this buffer now: when nothing is in front of
  /// them and their number is stated.
  public var directRoom: UInt64 {
    guard phase == .exchange, output.isEmpty, case .length(let rest) = answer else { return 0 }
    return rest
  }

  /// `count` bytes of the body went to the transport directly.
  public mutating func wroteDirectly(_ count: Int, now: UInt64) {
    let count = min(UInt64(max(count, 0)), directRoom)
    guard count > 0, case .length(let rest) = answer else { return }
    answer = .length(rest - count)
    timing.moved(Int(count), now)
  }

  /// Whether the transport took less than it was offered directly: then the peer's pace counts.
  public mutating func setDirectlyBlocked(_ blocked: Bool, now: UInt64) {
    if blocked != directIsBlocked { timing.restartWindow(now) }
    directIsBlocked = blocked
  }

  /// The answer is complete. One that is shorter than it said cannot be repaired: the connection is
  /// torn down, which tells the peer.
  public mutating func finish(now: UInt64) {
    guard phase == .exchange else { return }
    directIsBlocked = false
    switch answer {
    case .none:
      return refuse(.internalServerError, now)
    case .length(let rest) where rest > 0:
      return abort()
    case .chunked:
      output.append(5) { (bytes: inout [UInt8]) in bytes.append("0\r\n\r\n") }
    case .length, .untilClose, .headOnly, .done: break
    }
    answer = .done
    guard request.keepsAlive else { return beginClosing(now) }
    phase = .discarding
    discard(now)
  }

  /// Gives up without another byte, as when an answer cannot be completed.
  public mutating func abort() {
    phase = .aborted
    input.removeAll()
    output.removeAll()
  }

  /// Answers `status` by itself and closes behind it.
  mutating func refuse(_ status: Status, _ now: UInt64) {
    // Nothing is known of a request whose head could not be read.
    if phase == .head { request = RequestSummary() }
    phase = .exchange
    answer = .none
    body = RequestBody(.none)
    request.keepsAlive = false
    request.awaitsContinue = false
    var text: [UInt8] = []
    text.append(decimal: UInt64(status.code))
    text.append(0x20)
    text.append(status.phrase)
    text.append(0x0a)
    var head = ResponseHead(status, length: .known(UInt64(text.count)))
    head.add("Content-Type", ContentType.plain)
    respond(head, now: now)
    if wantsBody {
      // Past the room: a few bytes, and the last that are written.
      output.append(text.span)
      answer = .length(0)
    }
    finish(now: now)
  }
}
