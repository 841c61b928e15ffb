// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// A request, as a handler sees it.
public struct Request {
  /// The request line and the fields.
  public let head: RequestHead
  /// The target's path, decoded and normalised.
  public internal(set) var path: RequestPath
  /// The connection's number in the server, for `HTTPServer.wake`.
  public let connection: Int
  /// When the head was complete, by the server's clock.
  public let now: Instant
  /// Those of the route's pattern, which matches the path.
  var segments: [Pattern.Segment] = []
  let wakes: Wakes?
  /// Whether the request has come over TLS.
  public internal(set) var isSecure = false

  /// With it, others can have this request's handler called: one that waits, or that streams its body.
  public var waker: Waker { Waker(wakes, connection) }

  /// For what WebSocket connections hold: all of the server's share `HTTPServer.Settings.socketMemory`.
  public var socketMemory: MemoryBudget {
    wakes?.socketMemory ?? MemoryBudget(HTTPServer.Settings().socketMemory)
  }

  /// For bodies that are read whole: all of the server's share `HTTPServer.Settings.bodyMemory`.
  public var bodyMemory: MemoryBudget {
    wakes?.bodyMemory ?? MemoryBudget(HTTPServer.Settings().bodyMemory)
  }

  /// The head's method.
  public var method: Method { head.method }

  /// What `:name` or `*name` of the route's pattern captured, decoded; nil if the pattern has no
  /// such name.
  public func capture(_ name: StaticString) -> [UInt8]? {
    var walk = CaptureWalk()
    while let capture = walk.next(segments, path.bytes) {
      guard name.equals(capture.name.span) else { continue }
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
    guard case .value(let value) = queryValue(of: [UInt8](name).span) else { return nil }
    return value
  }

  enum QueryValue {
    case none
    /// A `%` is not followed by two hexadecimal digits.
    case malformed
    case value([UInt8])
  }

  func queryValue(of name: Span<UInt8>) -> QueryValue {
    guard let query = head.queryExtent?.range else { return .none }
    var start = query.lowerBound
    while start <= query.upperBound {
      let end = head.bytes.span.first(0x26, in: start..<query.upperBound) ?? query.upperBound
      let equals = head.bytes.span.first(0x3d, in: start..<end) ?? end
      if let key = decode(start..<equals), key.span.equals(name) {
        return decode(min(equals + 1, end)..<end).map { .value($0) } ?? .malformed
      }
      start = end + 1
    }
    return .none
  }

  private func decode(_ range: Range<Int>) -> [UInt8]? {
    PercentDecoding.decode(head.bytes.span.extracting(range), plusIsSpace: true)
  }
}
