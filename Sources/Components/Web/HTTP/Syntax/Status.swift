// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A status code with its phrase (RFC 9110 section 15).
public struct Status: Equatable, Sendable {
  /// 100 to 999.
  public let code: UInt16
  public let phrase: StaticString

  public init(_ code: UInt16, _ phrase: StaticString) {
    self.code = Swift.min(Swift.max(code, 100), 999)
    self.phrase = phrase
  }

  public static func == (left: Status, right: Status) -> Bool { left.code == right.code }

  /// Whether an answer with this status never has a body (RFC 9112 section 6.3).
  public var forbidsBody: Bool { code < 200 || code == 204 || code == 304 }

  public static var ok: Status { Status(200, "OK") }
  public static var created: Status { Status(201, "Created") }
  public static var noContent: Status { Status(204, "No Content") }
  public static var partialContent: Status { Status(206, "Partial Content") }
  public static var movedPermanently: Status { Status(301, "Moved Permanently") }
  public static var found: Status { Status(302, "Found") }
  public static var seeOther: Status { Status(303, "See Other") }
  public static var notModified: Status { Status(304, "Not Modified") }
  public static var badRequest: Status { Status(400, "Bad Request") }
  public static var forbidden: Status { Status(403, "Forbidden") }
  public static var notFound: Status { Status(404, "Not Found") }
  public static var methodNotAllowed: Status { Status(405, "Method Not Allowed") }
  public static var requestTimeout: Status { Status(408, "Request Timeout") }
  public static var contentTooLarge: Status { Status(413, "Content Too Large") }
  public static var uriTooLong: Status { Status(414, "URI Too Long") }
  public static var preconditionFailed: Status { Status(412, "Precondition Failed") }
  public static var rangeNotSatisfiable: Status { Status(416, "Range Not Satisfiable") }
  public static var expectationFailed: Status { Status(417, "Expectation Failed") }
  public static var fieldsTooLarge: Status { Status(431, "Request Header Fields Too Large") }
  public static var internalServerError: Status { Status(500, "Internal Server Error") }
  public static var notImplemented: Status { Status(501, "Not Implemented") }
  public static var badGateway: Status { Status(502, "Bad Gateway") }
  public static var serviceUnavailable: Status { Status(503, "Service Unavailable") }
  public static var gatewayTimeout: Status { Status(504, "Gateway Timeout") }
  public static var versionNotSupported: Status { Status(505, "HTTP Version Not Supported") }
}
