// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// What a WebSocket connection reports.
public enum WebSocketEvent: Equatable, Sendable {
  /// A message of text.
  case text(String)
  /// A message of bytes.
  case binary([UInt8])
  /// The connection has ended; nothing comes after this.
  case closed(WebSocketClose)
}

/// A server's end of a WebSocket connection (RFC 6455) after the handshake, without I/O and without a clock: bytes of the
/// peer go in with `receive`, events come out with `nextEvent`, and bytes for the peer with `withOutput`.
///
/// After each call, take the events; offer bytes that were not taken again once events or output have been taken.
public struct WebSocketEndpoint: Sendable {
  enum State: Equatable {
    case open
    /// A Close frame has been sent; the peer's is to come.
    case closing
    /// Both Close frames have been sent, or the peer broke the protocol: what waits is sent, and input is dropped.
    case closed
    /// The connection ends without sending what waits.
    case aborted
  }

  let limits: WebSocketLimits
  /// Bytes of messages that it may hold (`heldByteCount`). Where it needs more, it closes the connection with 1013; only
  /// a Close frame and a ping may exceed it, by 155 bytes.
  public var memoryLimit = Int.max
  var state = State.open
  var output = OutputQueue()

  // Input: the frame at hand, and the message of which it may be a part.
  var headerBytes: [UInt8] = []
  var frame: FrameHeader?
  /// Payload bytes of the frame that have arrived.
  var frameCount: UInt64 = 0
  var controlPayload: [UInt8] = []
  var message: [UInt8] = []
  /// `text` or `binary` while a message is incomplete.
  var messageKind: Opcode?
  var fragmentCount = 0
  var validator = UTF8Validator()

  // Events: a message, and the end.
  var messageEvent: WebSocketEvent?
  var closeEvent: WebSocketClose?
  /// The Close frame that was sent first.
  var sentClose: WebSocketClose?

  // Times. Those that are nil are set at the next call that is given the time.
  var heard: Instant
  var pingSent: Instant?
  /// Since when the peer has taken nothing of the output.
  var stalled: Instant?
  var closeBegun: Instant?
  var controlWindow: Instant
  var controlCount = 0

  /// An open connection.
  public init(_ limits: WebSocketLimits = WebSocketLimits(), now: Instant) {
    self.limits = limits
    (heard, controlWindow) = (now, now)
  }

  /// Whether messages can be sent.
  public var isOpen: Bool { state == .open }

  /// Bytes of messages that it holds: the one that arrives, the one to be handed over, and the output.
  public var heldByteCount: Int {
    let event =
      switch messageEvent {
      case .text(let text): text.utf8.count
      case .binary(let bytes): bytes.count
      case .closed, nil: 0
      }
    return message.capacity + output.capacity + event
  }

  /// What remains for the output.
  var outputMemory: Int { memoryLimit - (heldByteCount - output.capacity) }

  /// What to do with the transport's stream when the output is sent: keep it, close it, or reset it at once.
  public var disposal: WebSocketDisposal {
    switch state {
    case .open, .closing: .stayOpen
    case .closed: .close
    case .aborted: .reset
    }
  }

  /// The next message, or the end of the connection; nil if there is nothing to report.
  public mutating func nextEvent() -> WebSocketEvent? {
    if let event = messageEvent {
      messageEvent = nil
      return event
    }
    guard let close = closeEvent else { return nil }
    closeEvent = nil
    return .closed(close)
  }
}

/// What a transport does with the stream of a WebSocket connection.
public enum WebSocketDisposal: Equatable, Sendable {
  /// Keep it open.
  case stayOpen
  /// Send what waits, then close it.
  case close
  /// Reset it at once.
  case reset
}
