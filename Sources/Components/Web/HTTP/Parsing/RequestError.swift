// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a request is refused. After any of these the connection is closed behind the answer: where
/// the next request would start is not known for certain.
public enum RequestError: Error, Equatable, Sendable {
  case malformedRequestLine
  case requestLineTooLong
  case unsupportedVersion
  case malformedField
  /// Too many fields or too many bytes.
  case fieldsTooLarge
  /// A line continued by blanks (RFC 9112 section 5.2).
  case foldedField
  /// Blanks between a field's name and the colon (RFC 9112 section 5.1).
  case blankBeforeColon
  /// CR without LF, LF without CR, or a control character.
  case strayControlCharacter
  /// None in HTTP/1.1, several, or not a host (RFC 9112 section 3.2).
  case badHost
  /// Several lengths, or none that is a number (RFC 9112 section 6.3).
  case badContentLength
  case lengthAndTransferEncoding
  /// `chunked` twice, not last, or in HTTP/1.0 (RFC 9112 section 6.1).
  case badTransferEncoding
  case unknownTransferEncoding
  case unknownExpectation
  case bodyTooLarge
  case malformedChunk

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
