// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

// Responses in, bytes out.

extension ServerConnection {
  /// Whether there is a request to which no response has begun.
  public var awaitsAnswer: Bool { phase == .exchange && framing == .notBegun }

  // MARK: Head

  /// Begins the response to the current request. Does nothing unless `awaitsAnswer`.
  ///
  /// - Parameter date: seconds since 1970 for the Date field, or nil to omit it, as a server without
  ///   a clock must (RFC 9110 section 6.6.1).
  public func respond(_ head: ResponseHead, date: Int64? = nil, now: Instant) {
    var line: [UInt8] = []
    if let date {
      line.append("Date: ")
      HTTPDate.append(date, to: &line)
      line.append("\r\n")
    }
    respond(head, commonLines: line, now: now)
  }

  @_optimize(speed)
  func respond(_ head: ResponseHead, commonLines: [UInt8], now: Instant) {
    guard awaitsAnswer else { return }
    // The client may send the body that it has not been told to send, or a new request.
    if request.awaitsContinue { request.keepsAlive = false }
    if !request.readsBody, let rest = body.knownRest, rest > limits.discardBytes {
      request.keepsAlive = false
    }
    framing = framing(of: head)
    if framing == .untilClose { request.keepsAlive = false }
    let summary = request
    let limit = Self.headOverhead + head.byteCount + commonLines.count
    output.append(limit + bodyRoom) { (bytes: inout [UInt8]) in
      bytes.append(upTo: limit) { text in
        head.status.writeLine(to: &text)
        text.write(commonLines.span)
        if !summary.keepsAlive {
          text.write("Connection: close\r\n")
        } else if !summary.isVersion11 {
          text.write("Connection: keep-alive\r\n")
        }
        Self.writeFraming(head, summary, to: &text)
        text.write(head.lines.span)
        text.write("\r\n")
      }
    }
    timing.restartWindow(now)
  }

  /// Room for what else a head has: HTTP's version and the code, Connection, and the body's framing.
  static var headOverhead: Int { 128 }

  /// Room to reserve together with the head for the body, or for its beginning.
  private var bodyRoom: Int {
    guard case .length(let length) = framing else { return 0 }
    return Int(min(length, UInt64(max(outputLimit - output.count, 0))))
  }

  func framing(of head: ResponseHead) -> BodyFraming {
    if request.isHead || head.status.forbidsBody { return .headOnly }
    switch head.length {
    case .known(let length): return .length(length)
    case .unknown: return request.isVersion11 ? .chunked : .untilClose
    }
  }

  @_optimize(speed)
  private static func writeFraming(
    _ head: ResponseHead, _ request: RequestSummary, to text: inout ByteWriter
  ) {
    // 1xx and 204 must have neither field (RFC 9110 section 8.6). In a 304 the length would be that
    // of the body which is not sent, and is optional.
    if head.status.forbidsBody { return }
    switch head.length {
    case .known(let length):
      text.write("Content-Length: ")
      text.write(decimal: length)
      text.write("\r\n")
    case .unknown:
      if request.isVersion11 { text.write("Transfer-Encoding: chunked\r\n") }
    }
  }

  // MARK: Body

  /// Whether the response still needs bytes of its body. A response to HEAD and a 304 need none.
  public var wantsBody: Bool {
    switch framing {
    case .length(let rest): rest > 0
    case .chunked, .untilClose: true
    case .notBegun, .headOnly, .complete: false
    }
  }

  var outputLimit: Int {
    isCramped ? min(limits.outputBytes, Limits.crampedBytes) : limits.outputBytes
  }

  /// A chunk's size in up to 16 digits, and two line ends.
  private static var chunkFraming: Int { 20 }

  /// Bytes of the body that `write` takes now; 0 until the peer has read some of the output.
  public var writeRoom: Int {
    guard phase == .exchange else { return 0 }
    return writeRoom(framing, behind: output.count)
  }

  /// Room for the bytes of a body behind `count` bytes of output.
  @inline(__always)
  func writeRoom(_ framing: BodyFraming, behind count: Int) -> Int {
    let room = max(outputLimit - count, 0)
    // Waits for a quarter of the output to be free: otherwise a peer that reads byte by byte would
    // make the whole output move for each byte.
    guard room >= outputLimit / 4 else { return 0 }
    switch framing {
    case .length(let rest): return Int(min(UInt64(room), rest))
    case .untilClose: return room
    case .chunked: return max(room - Self.chunkFraming, 0)
    case .notBegun, .headOnly, .complete: return 0
    }
  }

  /// Writes the next bytes of the body; returns how many it took.
  public func write(_ bytes: Span<UInt8>, now: Instant) -> Int {
    write(bytes, atLeast: 0, now: now)
  }

  /// Writes `minimum` bytes even if there is no room for them.
  @_optimize(speed)
  func write(_ bytes: Span<UInt8>, atLeast minimum: Int, now: Instant) -> Int {
    let count = min(bytes.count, max(writeRoom, minimum))
    guard count > 0 else { return 0 }
    if output.isEmpty { timing.restartWindow(now) }
    let part = bytes.extracting(0..<count)
    switch framing {
    case .chunked:
      output.append(count + Self.chunkFraming) { (bytes: inout [UInt8]) in
        bytes.append(hexadecimal: UInt64(count))
        bytes.append("\r\n")
        bytes.append(copying: part)
        bytes.append("\r\n")
      }
    case .length(let rest):
      framing = .length(rest - UInt64(count))
      output.append(part)
    case .notBegun, .untilClose, .headOnly, .complete: output.append(part)
    }
    return count
  }

  /// Bytes still to come of a body of stated length; 0 for other bodies.
  var bodyRest: UInt64 {
    guard phase == .exchange, case .length(let rest) = framing else { return 0 }
    return rest
  }

  /// Bytes of the body that may go straight to the transport now. 0 while output is in front of them,
  /// and for a body without a stated length.
  public var directRoom: UInt64 {
    guard phase == .exchange, output.isEmpty, case .length(let rest) = framing else { return 0 }
    return rest
  }

  /// `count` bytes of the body went straight to the transport.
  public func wroteDirectly(_ count: Int, now: Instant) {
    let count = min(UInt64(max(count, 0)), directRoom)
    guard count > 0, case .length(let rest) = framing else { return }
    framing = .length(rest - count)
    timing.addBytes(Int(count))
  }

  /// Tells whether the transport took less than it was offered directly: then the peer has to read
  /// first, and its pace is measured.
  public func setDirectlyBlocked(_ blocked: Bool, now: Instant) {
    if blocked != directIsBlocked { timing.restartWindow(now) }
    directIsBlocked = blocked
  }

  // MARK: End

  /// Ends the response. If its body is shorter than its stated length, the connection is torn down,
  /// which tells the peer; if it has not begun, it is a 500.
  @_optimize(speed)
  public func finish(now: Instant) {
    guard phase == .exchange else { return }
    directIsBlocked = false
    switch framing {
    case .notBegun:
      return refuse(.internalServerError, now)
    case .length(let rest) where rest > 0:
      return abort()
    case .chunked:
      output.append(5) { (bytes: inout [UInt8]) in bytes.append("0\r\n\r\n") }
    case .length, .untilClose, .headOnly, .complete: break
    }
    framing = .complete
    if request.readsBody, isLonger(than: limits.discardBytes) { request.keepsAlive = false }
    guard request.keepsAlive else { return beginClosing(now) }
    setAwaitsInput(true, now)
    phase = .discarding
    discardBody(now)
  }

  /// Tears the connection down without sending what is left.
  public func abort() {
    phase = .aborted
    input.removeAll()
    output.removeAll()
  }

  /// Answers the current request with `status` and its phrase, and closes the connection after that.
  func refuse(_ status: Status, _ now: Instant) {
    // The head could not be read, so nothing is known about the request.
    if phase == .head { request = RequestSummary() }
    phase = .exchange
    framing = .notBegun
    body = RequestBody(.none)
    request.keepsAlive = false
    request.awaitsContinue = false
    let text = status.text
    respond(ResponseHead(text: status, length: UInt64(text.count)), now: now)
    if wantsBody {
      // Ignores `writeRoom`: these few bytes are the last ones.
      output.append(text.span)
      framing = .length(0)
    }
    finish(now: now)
  }
}
