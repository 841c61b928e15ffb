// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A status code with its phrase (RFC 9110 section 15).
public struct Status: Equatable, Sendable {
  /// 100 to 999.
  public let code: UInt16
  /// The reason phrase, which clients ignore.
  public let phrase: StaticString

  /// A code is moved into 100 to 999.
  public init(_ code: UInt16, _ phrase: StaticString) {
    self.code = Swift.min(Swift.max(code, 100), 999)
    self.phrase = phrase
  }

  /// Compares codes only.
  public static func == (left: Status, right: Status) -> Bool { left.code == right.code }

  /// Whether the request succeeded.
  public var isSuccess: Bool { 200..<300 ~= code }

  /// Whether a response with this status never has a body (RFC 9112 section 6.3).
  public var forbidsBody: Bool { code < 200 || code == 204 || code == 304 }

  /// Writes the status line.
  func writeLine(to text: inout ByteWriter) {
    if code == 200, ("OK" as StaticString).equals(phrase) {
      return text.write("HTTP/1.1 200 OK\r\n")
    }
    text.write("HTTP/1.1 ")
    text.write(decimal: UInt64(code))
    text.write(0x20)
    text.write(phrase)
    text.write("\r\n")
  }

  /// Code and phrase in a line, for a body: `404 Not Found`.
  var text: [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: UInt64(code))
    text.append(0x20)
    text.append(phrase)
    text.append(0x0a)
    return text
  }

  /// The connection continues with another protocol.
  public static var switchingProtocols: Status { Status(101, "Switching Protocols") }
  /// The request succeeded.
  public static var ok: Status { Status(200, "OK") }
  /// A resource was created.
  public static var created: Status { Status(201, "Created") }
  /// The request succeeded; there is no body.
  public static var noContent: Status { Status(204, "No Content") }
  /// The body has the requested ranges.
  public static var partialContent: Status { Status(206, "Partial Content") }
  /// Location has the new target, for good.
  public static var movedPermanently: Status { Status(301, "Moved Permanently") }
  /// 308: as 301, and the method stays the same.
  public static var permanentRedirect: Status { Status(308, "Permanent Redirect") }
  /// Location has another target, for now.
  public static var found: Status { Status(302, "Found") }
  /// Location has the target to GET the result from.
  public static var seeOther: Status { Status(303, "See Other") }
  /// The client's copy is still valid; there is no body.
  public static var notModified: Status { Status(304, "Not Modified") }
  /// The request is malformed.
  public static var badRequest: Status { Status(400, "Bad Request") }
  /// Access is refused.
  public static var forbidden: Status { Status(403, "Forbidden") }
  /// There is no such resource.
  public static var notFound: Status { Status(404, "Not Found") }
  /// The resource has other methods; Allow lists them.
  public static var methodNotAllowed: Status { Status(405, "Method Not Allowed") }
  /// The request's head took too long.
  public static var requestTimeout: Status { Status(408, "Request Timeout") }
  /// The request's body is too long.
  public static var contentTooLarge: Status { Status(413, "Content Too Large") }
  /// The request line is too long.
  public static var uriTooLong: Status { Status(414, "URI Too Long") }
  /// A condition of the request does not hold.
  public static var preconditionFailed: Status { Status(412, "Precondition Failed") }
  /// The body is of a type that the handler does not take.
  public static var unsupportedMediaType: Status { Status(415, "Unsupported Media Type") }
  /// No requested range lies within the file.
  public static var rangeNotSatisfiable: Status { Status(416, "Range Not Satisfiable") }
  /// The Expect field is unknown.
  public static var expectationFailed: Status { Status(417, "Expectation Failed") }
  /// The body is well formed, but says what the handler does not take.
  public static var unprocessableContent: Status { Status(422, "Unprocessable Content") }
  /// The resource needs another protocol, which Upgrade names.
  public static var upgradeRequired: Status { Status(426, "Upgrade Required") }
  /// There are too many fields, or they are too long (RFC 6585 section 5).
  public static var fieldsTooLarge: Status { Status(431, "Request Header Fields Too Large") }
  /// The server failed.
  public static var internalServerError: Status { Status(500, "Internal Server Error") }
  /// The method or transfer coding is not implemented.
  public static var notImplemented: Status { Status(501, "Not Implemented") }
  /// The file server's answer is unusable.
  public static var badGateway: Status { Status(502, "Bad Gateway") }
  /// The server cannot answer now; Retry-After may say when.
  public static var serviceUnavailable: Status { Status(503, "Service Unavailable") }
  /// The file server, or the handler, did not answer in time.
  public static var gatewayTimeout: Status { Status(504, "Gateway Timeout") }
  /// Not HTTP/1.x.
  public static var versionNotSupported: Status { Status(505, "HTTP Version Not Supported") }
}
