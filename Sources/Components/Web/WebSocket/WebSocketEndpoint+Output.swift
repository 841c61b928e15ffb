// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

extension WebSocketEndpoint {
  /// Bytes that wait to be sent.
  public var outputCount: Int { state == .aborted ? 0 : output.count }

  /// Lends the bytes that wait to be sent.
  public func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    state == .aborted ? body(Span()) : output.with(body)
  }

  /// The transport took the first `count` bytes of the output.
  public mutating func sent(_ count: Int, now: Instant) {
    // A peer that was not listened to could not answer a ping.
    if isCongested { (heard, pingSent) = (now, nil) }
    output.drop(count)
    if count > 0 { stalled = nil }
    settle(now: now)
  }

  /// The longest message that can be sent now without closing the connection, in bytes.
  public var room: Int {
    guard state == .open else { return 0 }
    let limited = limits.outputByteCount - output.count - FrameHeader.byteCountLimit
    return max(min(limited, output.room(within: outputMemory)), 0)
  }

  /// Sends a message of text. If there is no room for it, the peer reads too slowly: it is sent a Close frame with 1013
  /// behind what waits.
  ///
  /// - Returns: whether the message waits to be sent.
  public mutating func send(text: Span<UInt8>) -> Bool { send(.text, text) }

  /// Sends a message of bytes, as `send(text:)`.
  public mutating func send(binary: Span<UInt8>) -> Bool { send(.binary, binary) }

  private mutating func send(_ opcode: Opcode, _ payload: Span<UInt8>) -> Bool {
    guard state == .open else { return false }
    guard payload.count <= limits.outputByteCount - output.count - FrameHeader.byteCountLimit
    else {
      close(.tryAgainLater, reason: "too slow")
      return false
    }
    return append(opcode, payload)
  }

  /// Appends a frame to the output if there is memory for it, or else closes the connection.
  @discardableResult
  mutating func append(_ opcode: Opcode, _ payload: Span<UInt8>) -> Bool {
    let capacity = output.capacity(adding: payload.count)
    guard capacity <= max(outputMemory, output.capacity) else {
      close(.tryAgainLater, reason: "short of memory")
      return false
    }
    output.append(opcode, payload)
    return true
  }

  // MARK: Closing

  /// Begins to close the connection: sends a Close frame, after which nothing is sent, and waits for the peer's. A code that
  /// a Close frame cannot have becomes 1000; the reason is cut to 123 bytes.
  public mutating func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
    guard state == .open else { return }
    state = .closing
    sendClose(code.canBeSent ? code : .normal, reason)
  }

  private mutating func sendClose(_ code: WebSocketCloseCode, _ reason: String) {
    var payload: [UInt8] = [
      UInt8(truncatingIfNeeded: code.value >> 8), UInt8(truncatingIfNeeded: code.value),
    ]
    let text = Self.cut(reason)
    payload.append(copying: text.utf8.span)
    output.append(.close, payload.span, exactly: true)
    sentClose = WebSocketClose(code, reason: text)
  }

  /// As many whole characters of a reason as a Close frame has room for.
  private static func cut(_ reason: String) -> String {
    guard reason.utf8.count > 123 else { return reason }
    var text: [UInt8] = []
    var whole = 0
    var validator = UTF8Validator()
    for byte in reason.utf8.prefix(123) {
      text.append(byte)
      if validator.accepts(byte), validator.isComplete { whole = text.count }
    }
    return String(decoding: text[0..<whole], as: UTF8.self)
  }

  /// The peer broke the protocol or a limit: it is told so, and nothing more is read.
  mutating func fail(_ code: WebSocketCloseCode, _ why: StaticString) {
    guard state == .open || state == .closing else { return }
    if state == .open { sendClose(code, String(decoding: [UInt8](why), as: UTF8.self)) }
    end(sentClose ?? WebSocketClose(code))
  }

  /// The peer's Close frame has arrived (RFC 6455 section 5.5.1).
  mutating func peerClosed() {
    let payload = controlPayload
    guard payload.count != 1 else { return fail(.protocolError, "half a close code") }
    guard payload.count >= 2 else {
      if state == .open { output.append(.close, payload.span, exactly: true) }
      return end(WebSocketClose(.noStatus))
    }
    let code = WebSocketCloseCode(UInt16(payload[0]) << 8 | UInt16(payload[1]))
    guard code.canBeSent else { return fail(.protocolError, "unknown close code") }
    let reason = payload.span.extracting(2..<payload.count)
    var validator = UTF8Validator()
    guard validator.prefix(reason) == reason.count, validator.isComplete else {
      return fail(.invalidPayload, "the close reason is not UTF-8")
    }
    if state == .open { output.append(.close, payload.span.extracting(0..<2), exactly: true) }
    end(WebSocketClose(code, reason: String(decoding: payload[2...], as: UTF8.self)))
  }

  /// Ends the connection at once. What waits is not sent.
  public mutating func abort() {
    guard state != .aborted else { return }
    if state != .closed { closeEvent = sentClose ?? WebSocketClose(.abnormal) }
    state = .aborted
    output = OutputQueue()
    forgetInput()
  }

  private mutating func end(_ close: WebSocketClose) {
    state = .closed
    closeEvent = close
    forgetInput()
  }

  private mutating func forgetInput() {
    (message, controlPayload, headerBytes) = ([], [], [])
    (frame, messageKind) = (nil, nil)
  }
}
