// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Reads the values that a route's handler takes: captures in order, then the query's values in the
/// order in which the pattern names them.
struct RouteValues {
  /// Why there are no values.
  enum Refusal: Error {
    /// A capture is not of its type: the route does not match.
    case noMatch
    /// A value of the query is missing, or not of its type.
    case badQuery
    /// The captures are of their types, and that was the question.
    case matches
  }

  let request: Request
  private let queryNames: [[UInt8]]
  private var walk = CaptureWalk()
  private var queryIndex = 0
  /// Whether only the captures matter.
  private let isProbe: Bool

  init(_ request: Request, queryNames: [[UInt8]], isProbe: Bool) {
    self.request = request
    self.queryNames = queryNames
    self.isProbe = isProbe
  }

  mutating func next<Value: RouteValue>() throws(Refusal) -> Value {
    if let range = walk.next(request.segments, request.path.bytes)?.range {
      guard let value = Value(request.path.bytes.span.extracting(range)) else { throw .noMatch }
      return value
    }
    guard let bytes = try nextQueryValue() else {
      guard let value = Value.absent else { throw .badQuery }
      return value
    }
    guard let value = Value(bytes.span) else { throw .badQuery }
    return value
  }

  private mutating func nextQueryValue() throws(Refusal) -> [UInt8]? {
    if isProbe { throw .matches }
    // The number of values was checked when the route was added.
    guard queryIndex < queryNames.count else { throw .badQuery }
    let name = queryNames[queryIndex]
    queryIndex += 1
    switch request.queryValue(of: name.span) {
    case .none: return nil
    case .malformed: throw .badQuery
    case .value(let bytes): return bytes
    }
  }

  /// Call it when all values are read.
  func checkProbe() throws(Refusal) { if isProbe { throw .matches } }
}
