// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// A request, as a handler sees it.
public struct Request {
  /// The request line and the fields.
  public let head: RequestHead
  /// The target's path, decoded and normalised.
  public let path: RequestPath
  /// The connection's number in the server, for `HTTPServer.wake`.
  public let connection: Int
  /// When the head was complete, by the server's clock.
  public let now: Instant
  var captures: [Capture]

  /// What a route's pattern captured.
  struct Capture {
    var name: [UInt8]
    /// The captured part of `path.bytes`.
    var range: Range<Int>
  }

  /// The head's method.
  public var method: Method { head.method }

  /// What `:name` or `*name` of the route's pattern captured, decoded; nil if the pattern has no
  /// such name.
  public func capture(_ name: StaticString) -> [UInt8]? {
    for capture in captures where name.equals(capture.name.span) {
      return [UInt8](copying: path.bytes.span.extracting(capture.range))
    }
    return nil
  }

  /// A capture's value as a decimal number; nil if it is anything else.
  public func number(_ name: StaticString) -> UInt64? {
    guard let value = capture(name) else { return nil }
    return ASCII.decimal(value.span)
  }

  /// The first value of `name` in the query, decoded; nil if there is none or it is malformed.
  public func query(_ name: StaticString) -> [UInt8]? {
    guard let query = head.rawQuery else { return nil }
    let bytes = [UInt8](copying: query.span)
    var start = 0
    while start <= bytes.count {
      let end = bytes.span.first(0x26, in: start..<bytes.count) ?? bytes.count
      let equals = bytes.span.first(0x3d, in: start..<end) ?? end
      if let key = PercentDecoding.decode(bytes.span.extracting(start..<equals), plusIsSpace: true),
        name.equals(key.span)
      {
        let value = min(equals + 1, end)..<end
        return PercentDecoding.decode(bytes.span.extracting(value), plusIsSpace: true)
      }
      start = end + 1
    }
    return nil
  }
}
