// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a request is refused. The connection closes after the answer, as it is uncertain where the
/// next request would begin.
public enum RequestError: Error, Equatable, Sendable {
  /// Not a method, a target and a version, or a target in none of the forms of RFC 9112 section 3.2.
  case malformedRequestLine
  /// Longer than `Limits.requestLineBytes`.
  case requestLineTooLong
  /// Not HTTP/1.x.
  case unsupportedVersion
  /// No name, no colon, or a character that a name cannot hold (RFC 9112 section 5).
  case malformedField
  /// More than `Limits.fieldCount` fields, or more than `Limits.headBytes` bytes.
  case fieldsTooLarge
  /// A line that begins with whitespace (RFC 9112 section 5.2).
  case foldedField
  /// Whitespace between a field's name and the colon (RFC 9112 section 5.1).
  case blankBeforeColon
  /// CR without LF, LF without CR, or another control character.
  case strayControlCharacter
  /// No Host field in HTTP/1.1, several, or one that is not a host (RFC 9112 section 3.2).
  case badHost
  /// Several Content-Length fields, or one that is not a number (RFC 9112 section 6.3).
  case badContentLength
  /// Both Content-Length and Transfer-Encoding (RFC 9112 section 6.3).
  case lengthAndTransferEncoding
  /// `chunked` twice, not last, or in HTTP/1.0 (RFC 9112 section 6.1).
  case badTransferEncoding
  /// Another coding than `chunked`.
  case unknownTransferEncoding
  /// Another Expect field than `100-continue`.
  case unknownExpectation
  /// Longer than `Limits.bodyBytes`.
  case bodyTooLarge
  /// Chunked framing that breaks RFC 9112 section 7.1 or a limit.
  case malformedChunk

  /// The status of the answer.
  public var status: Status {
    switch self {
    case .malformedRequestLine, .malformedField, .foldedField, .blankBeforeColon,
      .strayControlCharacter, .badHost, .badContentLength, .lengthAndTransferEncoding,
      .badTransferEncoding, .malformedChunk:
      .badRequest
    case .requestLineTooLong: .uriTooLong
    case .unsupportedVersion: .versionNotSupported
    case .fieldsTooLarge: .fieldsTooLarge
    case .unknownTransferEncoding: .notImplemented
    case .unknownExpectation: .expectationFailed
    case .bodyTooLarge: .contentTooLarge
    }
  }
}
