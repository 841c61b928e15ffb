// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a connection ended (RFC 6455 section 7.4).
public struct WebSocketCloseCode: Equatable, Sendable {
  /// 0 to 65535.
  public let value: UInt16

  /// A code: a program's own ones are 4000 to 4999.
  public init(_ value: UInt16) { self.value = value }

  /// The purpose is fulfilled.
  public static var normal: WebSocketCloseCode { WebSocketCloseCode(1000) }
  /// The server stops, or the page is left.
  public static var goingAway: WebSocketCloseCode { WebSocketCloseCode(1001) }
  /// A frame that breaks the protocol.
  public static var protocolError: WebSocketCloseCode { WebSocketCloseCode(1002) }
  /// A kind of message that the program does not take: text or binary.
  public static var unsupportedData: WebSocketCloseCode { WebSocketCloseCode(1003) }
  /// The peer closed without a code. Never sent.
  public static var noStatus: WebSocketCloseCode { WebSocketCloseCode(1005) }
  /// The connection ended without a Close frame. Never sent.
  public static var abnormal: WebSocketCloseCode { WebSocketCloseCode(1006) }
  /// A text that is not UTF-8.
  public static var invalidPayload: WebSocketCloseCode { WebSocketCloseCode(1007) }
  /// The peer does what the program or a limit does not allow.
  public static var policyViolation: WebSocketCloseCode { WebSocketCloseCode(1008) }
  /// A message or frame above its limit.
  public static var messageTooBig: WebSocketCloseCode { WebSocketCloseCode(1009) }
  /// The server failed.
  public static var internalError: WebSocketCloseCode { WebSocketCloseCode(1011) }
  /// The server has too much to do, or the peer reads too slowly.
  public static var tryAgainLater: WebSocketCloseCode { WebSocketCloseCode(1013) }

  /// Whether a Close frame may have it: the codes of RFC 6455 and of the IANA registry, and 3000 to 4999 for libraries and
  /// programs.
  public var canBeSent: Bool {
    switch value {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

/// How a connection ended.
public struct WebSocketClose: Equatable, Sendable {
  /// The peer's code if it closed, else the code sent to it; `abnormal` without a Close frame.
  public var code: WebSocketCloseCode
  /// What the peer says of it, or what was said to it; at most 123 bytes.
  public var reason: String

  /// An end.
  public init(_ code: WebSocketCloseCode, reason: String = "") {
    self.code = code
    self.reason = reason
  }
}
