// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Time

/// A WebSocket connection, as a program sees it: closures for what arrives, and methods for what is sent, from any handler of
/// the server.
///
///     router.webSocket("/echo") { socket in
///       socket.onText { socket.send($0) }
///     }
public final class WebSocketConnection {
  /// The request that opened the connection, with the captures of its route.
  public let request: Request
  /// The subprotocol that was chosen; nil if there is none.
  public let subprotocol: StaticString?
  private var endpoint: WebSocketEndpoint
  private let memory: MemoryShare
  /// What a connection itself takes, in bytes.
  private static var ownByteCount: Int { 1024 }
  private var waker: Waker
  /// Frames that are still read at this time, so that a peer with many short ones leaves room for the others.
  private var budget = framesInTurn
  private var turn = Instant.start
  private static var framesInTurn: Int { 128 }
  private var isInStep = false
  private var isOver = false
  private var textHandler: ((String) -> Void)?
  private var binaryHandler: (([UInt8]) -> Void)?
  private var closeHandler: ((WebSocketClose) -> Void)?

  /// A connection; nil if there is no memory for it.
  init?(_ request: Request, _ subprotocol: StaticString?, _ limits: WebSocketLimits) {
    memory = MemoryShare(of: request.socketMemory)
    guard memory.limit >= Self.ownByteCount else { return nil }
    memory.hold(Self.ownByteCount)
    self.request = request
    self.subprotocol = subprotocol
    endpoint = WebSocketEndpoint(limits, now: request.now)
    waker = request.waker
  }

  // MARK: What arrives

  /// Sets the closure for messages of text. Without one, a peer that sends text is closed with 1003.
  public func onText(_ handler: @escaping (String) -> Void) { textHandler = handler }

  /// Sets the closure for messages of bytes. Without one, a peer that sends bytes is closed with 1003.
  public func onBinary(_ handler: @escaping ([UInt8]) -> Void) { binaryHandler = handler }

  /// Sets the closure for the end of the connection, which is called exactly once. After it, all closures are released.
  public func onClose(_ handler: @escaping (WebSocketClose) -> Void) { closeHandler = handler }

  // MARK: What is sent

  /// Whether messages can be sent.
  public var isOpen: Bool { endpoint.isOpen }

  /// Bytes of the longest message for which there is room now.
  public var room: Int { withMemory { $0.room } }

  /// Sends a message of text. It waits, within `WebSocketLimits.outputByteCount`, until the peer has room. If it does not
  /// fit, the peer reads too slowly, and the connection is closed with 1013.
  ///
  /// - Returns: whether the message waits to be sent. It is false after the connection has ended, too.
  @discardableResult
  public func send(_ text: String) -> Bool { send(text: [UInt8](copying: text.utf8.span)) }

  /// Sends a message of text in UTF-8, which it has to be: `socket.send(text: person.json)`.
  @discardableResult
  public func send(text: [UInt8]) -> Bool {
    defer { wake() }
    return withMemory { $0.send(text: text.span) }
  }

  /// Sends a message of bytes, as `send(_: String)`.
  @discardableResult
  public func send(_ bytes: [UInt8]) -> Bool {
    defer { wake() }
    return withMemory { $0.send(binary: bytes.span) }
  }

  /// Begins to close the connection. What was sent before is sent first; `onClose` is called when the peer has answered, or
  /// after `WebSocketLimits.closeTime`.
  public func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
    withMemory { $0.close(code, reason: reason) }
    wake()
  }

  /// Lets the endpoint act within what all connections may hold, and counts what it then holds.
  private func withMemory<Result>(_ act: (inout WebSocketEndpoint) -> Result) -> Result {
    endpoint.memoryLimit = memory.limit - Self.ownByteCount
    let result = act(&endpoint)
    memory.hold(Self.ownByteCount + endpoint.heldByteCount)
    return result
  }

  private func wake() { if !isInStep { waker.wake() } }

  // MARK: The exchange

  func step(_ exchange: inout Exchange) -> StreamStep {
    isInStep = true
    defer { isInStep = false }
    let now = exchange.now
    if now != turn { (turn, budget) = (now, Self.framesInTurn) }
    while exchange.read({ bytes in
      withMemory { $0.receive(bytes, now: now, frames: &budget) }
    }) > 0 {
      deliver()
      write(&exchange, now)
    }
    // The rest comes in the server's next turn.
    if budget == 0 { waker.wake() }
    if exchange.inputEnded { withMemory { $0.peerEnded() } }
    withMemory { $0.timePassed(now: now) }
    deliver()
    write(&exchange, now)
    exchange.deadline = endpoint.deadline
    switch endpoint.disposal {
    case .stayOpen: return .wait
    case .close: return endpoint.outputCount == 0 ? .end : .wait
    case .reset: return .failed
    }
  }

  private func write(_ exchange: inout Exchange, _ now: Instant) {
    while endpoint.outputCount > 0, exchange.room > 0 {
      var count = 0
      endpoint.withOutput { count = exchange.write($0) }
      guard count > 0 else { return }
      withMemory { $0.sent(count, now: now) }
    }
  }

  private func deliver() {
    while let event = withMemory({ $0.nextEvent() }) {
      switch event {
      case .text(let text):
        if let textHandler { textHandler(text) } else { close(.unsupportedData) }
      case .binary(let bytes):
        if let binaryHandler { binaryHandler(bytes) } else { close(.unsupportedData) }
      case .closed(let close): end(close)
      }
    }
  }

  /// The exchange is over.
  func ended() {
    withMemory { $0.abort() }
    deliver()
    // A program may keep this object for longer.
    memory.hold(0)
    end(WebSocketClose(.abnormal))
  }

  private func end(_ close: WebSocketClose) {
    guard !isOver else { return }
    isOver = true
    let handler = closeHandler
    // They may refer to this connection.
    (textHandler, binaryHandler, closeHandler) = (nil, nil, nil)
    handler?(close)
  }
}
