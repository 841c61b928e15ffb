// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// Maps methods and paths to handlers. Routes are tried in the order in which they were added.
///
/// In a pattern, `:name` stands for any one segment and `*name`, at the end, for the rest of the path;
/// other segments stand for themselves. HEAD goes to the handler for GET. A path without a route is
/// answered with 404, a path that has routes for other methods only with 405, and a method that
/// neither `Method` lists nor a route is for with 501.
public struct Router {
  /// Answers a request.
  public typealias Handler = (Request) -> Answer

  private struct Route {
    var method: Method
    var segments: [Pattern.Segment]
    var handler: Handler
  }

  private var routes: [Route] = []
  private var missing: Handler?
  private var takesOtherMethods = false

  /// A router without routes.
  public init() {}

  /// Sets the handler for what the router would answer with 404. A request whose path cannot name a
  /// file comes with `RequestPath.nowhere`.
  public mutating func notFound(_ handler: @escaping Handler) { missing = handler }

  /// Adds a route for GET and HEAD.
  public mutating func get(_ pattern: Pattern, _ handler: @escaping Handler) {
    add(.get, pattern, handler)
  }

  /// Adds a route for POST.
  public mutating func post(_ pattern: Pattern, _ handler: @escaping Handler) {
    add(.post, pattern, handler)
  }

  /// Adds a route for PUT.
  public mutating func put(_ pattern: Pattern, _ handler: @escaping Handler) {
    add(.put, pattern, handler)
  }

  /// Adds a route for DELETE.
  public mutating func delete(_ pattern: Pattern, _ handler: @escaping Handler) {
    add(.delete, pattern, handler)
  }

  /// Adds a route for any method. `Method.other` stands for all methods that `Method` does not list.
  public mutating func add(
    _ method: Method, _ pattern: Pattern, _ handler: @escaping Handler
  ) {
    takesOtherMethods = takesOtherMethods || method == .other
    routes.append(Route(method: method, segments: pattern.segments, handler: handler))
  }

  /// Answers a request with the handler of the first route that matches.
  ///
  /// - Parameters:
  ///   - connection: the connection's number in the server, for `Request.connection`.
  ///   - now: the time of the server's clock.
  public func answer(_ head: RequestHead, connection: Int = 0, now: Instant = .start) -> Answer {
    if head.method == .options, head.rawPath.isEmpty { return .status(.noContent) }
    if head.method == .other, !takesOtherMethods { return .status(.notImplemented) }
    let path: RequestPath
    do throws(RequestPath.Refusal) {
      // An absolute target may have no path.
      let target = head.rawPath.isEmpty ? [0x2f] : head.rawPath
      path = try RequestPath(decoding: target.span)
    } catch {
      guard error == .noSuchFile else { return .status(.badRequest) }
      return noRoute(head, .nowhere, connection, now)
    }
    let method = head.method == .head ? .get : head.method
    var allowed: [UInt8] = []
    var isKnown = false
    for route in routes {
      guard let captures = Self.match(route.segments, path.bytes) else { continue }
      if route.method == method {
        return route.handler(
          Request(
            head: head, path: path, connection: connection, now: now, captures: captures))
      }
      isKnown = true
      // `other` has no name to list.
      guard route.method != .other else { continue }
      if !allowed.isEmpty { allowed.append(", ") }
      allowed.append(route.method.name)
      if route.method == .get { allowed.append(", HEAD") }
    }
    guard isKnown else { return noRoute(head, path, connection, now) }
    var response = Response(
      .methodNotAllowed, type: ContentType.plain, body: Status.methodNotAllowed.text)
    response.head.add("Allow", allowed.span)
    return .respond(response)
  }

  private func noRoute(
    _ head: RequestHead, _ path: RequestPath, _ connection: Int, _ now: Instant
  ) -> Answer {
    guard let missing else { return .status(.notFound) }
    return missing(
      Request(head: head, path: path, connection: connection, now: now, captures: []))
  }

  /// The segments of a path. The last one is empty if the path ends with a slash.
  static func split(_ path: [UInt8]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = 1
    while start <= path.count {
      let end = path.span.first(0x2f, in: start..<path.count) ?? path.count
      parts.append(start..<end)
      start = end + 1
    }
    return parts
  }

  private static func match(
    _ segments: [Pattern.Segment], _ path: [UInt8]
  ) -> [Request.Capture]? {
    var captures: [Request.Capture] = []
    // The slash before the next segment.
    var position = 0
    for segment in segments {
      guard position < path.count else { return nil }
      let start = position + 1
      if case .rest(let name) = segment {
        captures.append(Request.Capture(name: name, range: start..<path.count))
        return captures
      }
      let end = path.span.first(0x2f, in: start..<path.count) ?? path.count
      switch segment {
      case .literal(let text):
        guard path.span.extracting(start..<end).equals(text.span) else { return nil }
      case .capture(let name):
        guard start < end else { return nil }
        captures.append(Request.Capture(name: name, range: start..<end))
      case .rest: break
      }
      position = end
    }
    return position == path.count ? captures : nil
  }
}

/// A route's path pattern, for example `/posts/:year/*name`. See `Router`.
public struct Pattern: ExpressibleByStringLiteral, Sendable {
  enum Segment: Sendable {
    case literal([UInt8])
    /// Any one segment that is not empty; its name.
    case capture([UInt8])
    /// The rest of the path; its name.
    case rest([UInt8])
  }

  let segments: [Segment]

  /// Reads a pattern, which begins with a slash.
  public init(stringLiteral text: StaticString) {
    let bytes = [UInt8](text)
    var segments: [Segment] = []
    for range in Router.split(bytes) {
      switch range.isEmpty ? 0 : bytes[range.lowerBound] {
      case 0x3a: segments.append(.capture(Array(bytes[range].dropFirst())))
      case 0x2a: segments.append(.rest(Array(bytes[range].dropFirst())))
      default: segments.append(.literal(Array(bytes[range])))
      }
    }
    self.segments = segments
  }
}
