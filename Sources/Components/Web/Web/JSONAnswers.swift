// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import JSON

extension Answer {
  /// A response of JSON.
  public static func json<Value: JSONEncodable>(_ value: Value, status: Status = .ok) -> Answer {
    .respond(Response(status, type: "application/json", body: value.json))
  }
}

extension Request {
  /// Reads the request's body as a value, and answers with what `handler` makes of it:
  ///
  ///     router.post("/people") { request in
  ///       request.json { (person: Person) in
  ///         people.append(person)
  ///         return .json(person, status: .created)
  ///       }
  ///     }
  ///
  /// Without the handler, a body that is not declared as JSON gets 415 (so that forms of other pages cannot send any), one
  /// longer than `limit` 413, one that is not JSON or has more than `JSONLimits.decodingDepth` levels 400, and one whose values
  /// are not those of `Value` 422. The body of the last two says what is wrong and where:
  /// `{"error":"expected a number, found a string","offset":8,"path":"$.age"}`.
  ///
  /// When the bodies that are being read hold `HTTPServer.Settings.bodyMemory`, by default 2 MiB, the client gets 503.
  ///
  /// - Parameter limit: bytes of the body.
  public func json<Value: JSONDecodable>(
    limit: Int = 64 << 10, as: Value.Type = Value.self, _ handler: @escaping (Value) -> Answer
  ) -> Answer {
    guard isJSON else {
      return .text(
        "Send the body with Content-Type: application/json.\n", status: .unsupportedMediaType)
    }
    let body = WholeBody(bodyMemory)
    guard body.hasRoom else { return .status(.serviceUnavailable) }
    return .receive(limit: UInt64(max(limit, 0)), each: { body.append($0) }) {
      guard let body = body.take() else { return .status(.serviceUnavailable) }
      let value: Value
      do throws(JSONError) {
        value = try Value(
          parsingJSON: body,
          limits: JSONLimits(byteCount: limit, depth: JSONLimits.decodingDepth))
      } catch {
        return .json(error, status: error.isAboutText ? .badRequest : .unprocessableContent)
      }
      return handler(value)
    }
  }

  /// Whether the Content-Type is `application/json`, or one of those that end with `+json` (RFC 6839 section 3.1).
  private var isJSON: Bool {
    guard let value = head.value("Content-Type") else { return false }
    var type = [UInt8](value.prefix { $0 != 0x3b })
    while type.last == 0x20 || type.last == 0x09 { type.removeLast() }
    if StaticString("application/json").equalsIgnoringCase(type.span) { return true }
    let suffix = [UInt8](type.suffix(5))
    return StaticString("+json").equalsIgnoringCase(suffix.span)
  }
}
