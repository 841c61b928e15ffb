// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// Maps methods and paths to handlers.
///
///     var router = Router()
///     router.get("/") { _ in "Hello World!\n" }
///     router.get("/posts/:id") { (request, id: Int) in posts[id] }
///     router.get("/search?text&page") { (request, text: String, page: Int?) in search(text, page ?? 1) }
///     router.group("/api") { api in
///       api.before { request in isAllowed(request) ? nil : .status(.forbidden) }
///       api.post("/posts") { request in ... }
///     }
///
/// `Pattern` says what the paths of a route are, and `MethodRoutes` what its handler takes. The most
/// specific route wins, in whatever order they were added: from the left, a literal segment comes before
/// a capture, and a capture before the rest. Of routes that differ in their values' types only, the first
/// one wins whose captures are of their types.
///
/// HEAD goes to the handler for GET. A path without a route is answered with 404, a path that has routes
/// for other methods only with 405, and a method that neither `Method` lists nor a route is for with 501.
public struct Router {
  /// Answers a request.
  public typealias Handler = (Request) -> Answer
  /// Answers a request, by itself or with what the handler (or the next middleware) answers.
  public typealias Middleware = (Request, _ next: @escaping Handler) -> Answer
  typealias TypedHandler = (inout RouteValues) throws(RouteValues.Refusal) -> Answer

  enum RouteHandler {
    case plain(Handler)
    case typed(TypedHandler)
  }

  struct Route {
    var method: Method
    var pattern: Pattern
    var handler: RouteHandler
  }

  /// The handler for paths without a route in a group, or in the router.
  struct Fallback {
    var prefix: Pattern
    var handler: Handler
  }

  // The most specific one first.
  private var routes: [Route] = []
  // The longest prefix first.
  private var fallbacks: [Fallback] = []
  private var takesOtherMethods = false
  private var prefix = Pattern([])
  private(set) var layers = Layers()
  /// What the program that made the routes has got wrong, for example a handler that takes another
  /// number of values than its pattern has. A server with such a router does not start.
  public private(set) var mistakes: [RouteMistake] = []

  /// A router without routes.
  public init() {}

  // MARK: Adding routes

  /// Adds routes for GET and HEAD.
  public var get: MethodRoutes {
    get { on(.get) }
    set { self = newValue.router }
  }

  /// Adds routes for POST.
  public var post: MethodRoutes {
    get { on(.post) }
    set { self = newValue.router }
  }

  /// Adds routes for PUT.
  public var put: MethodRoutes {
    get { on(.put) }
    set { self = newValue.router }
  }

  /// Adds routes for PATCH.
  public var patch: MethodRoutes {
    get { on(.patch) }
    set { self = newValue.router }
  }

  /// Adds routes for DELETE.
  public var delete: MethodRoutes {
    get { on(.delete) }
    set { self = newValue.router }
  }

  /// Adds routes for any method: `router[.options]("/*path") { ... }`. `Method.other` stands for all
  /// methods that `Method` does not list.
  public subscript(method: Method) -> MethodRoutes {
    get { on(method) }
    set { self = newValue.router }
  }

  private func on(_ method: Method) -> MethodRoutes { MethodRoutes(router: self, method: method) }

  /// Adds a route for any method. `Method.other` stands for all methods that `Method` does not list.
  public mutating func on(
    _ method: Method, _ pattern: Pattern, _ handler: @escaping Handler
  ) {
    self[method](pattern, handler)
  }

  /// Sets the handler for what the router, or the group, would answer with 404. A request whose path
  /// cannot name a file comes with `RequestPath.nowhere` to the router's.
  public mutating func notFound(_ handler: @escaping Handler) {
    let fallback = Fallback(prefix: prefix, handler: layers.wrapped(handler))
    let length = prefix.segments.count
    let index = fallbacks.firstIndex { $0.prefix.segments.count < length } ?? fallbacks.count
    fallbacks.insert(fallback, at: index)
  }

  /// Adds the routes of a group: their patterns are behind `prefix`, and they have the middleware of this
  /// router and of their own.
  public mutating func group(_ prefix: Pattern, _ add: (inout Router) -> Void) {
    var inner = self
    inner.prefix = prefix.inside(self.prefix)
    if let mistake = inner.prefix.mistake { inner.report(inner.prefix, mistake) }
    add(&inner)
    (inner.prefix, inner.layers) = (self.prefix, layers)
    self = inner
  }

  // MARK: Middleware

  /// Adds middleware for the routes and the fallback that are added after it. That of the router itself
  /// also applies to what the router answers itself, such as 404.
  public mutating func use(_ middleware: @escaping Middleware) { layers.append(middleware) }

  /// Adds middleware that may answer instead of the handler; nil leaves the request to it.
  public mutating func before(_ check: @escaping (Request) -> Answer?) {
    use { request, next in check(request) ?? next(request) }
  }

  /// Adds middleware that changes the heads of responses before they are sent, whenever that is.
  public mutating func after(_ change: @escaping (Request, inout ResponseHead) -> Void) {
    use { request, next in next(request).changingHead { change(request, &$0) } }
  }

  func wrapped(_ handler: @escaping Handler) -> Handler { layers.wrapped(handler) }

  // MARK: The table

  /// - Parameter valueCount: how many values the handler takes; nil if it asks the request for them.
  mutating func add(
    _ method: Method, _ pattern: Pattern, _ handler: RouteHandler, valueCount: Int?
  ) {
    let pattern = pattern.inside(prefix)
    if let mistake = pattern.mistake { return report(pattern, mistake) }
    let count = pattern.captureCount + pattern.queryNames.count
    if let valueCount, valueCount != count {
      return report(pattern, .values(count, taken: valueCount))
    }
    if case .plain = handler,
      routes.contains(where: { $0.method == method && $0.pattern.hasSameShape(as: pattern) })
    {
      return report(pattern, .repeated)
    }
    takesOtherMethods = takesOtherMethods || method == .other
    let index = routes.firstIndex { pattern.isMoreSpecific(than: $0.pattern) } ?? routes.count
    routes.insert(Route(method: method, pattern: pattern, handler: handler), at: index)
  }

  private mutating func report(_ pattern: Pattern, _ kind: RouteMistake.Kind) {
    mistakes.append(RouteMistake(pattern: pattern.text, kind: kind))
  }
}

// MARK: Answering

extension Router {
  /// Answers a request with the handler of the most specific route that matches.
  ///
  /// - Parameters:
  ///   - connection: the connection's number in the server, for `Request.connection`.
  ///   - now: the time of the server's clock.
  public func answer(_ head: RequestHead, connection: Int = 0, now: Instant = .start) -> Answer {
    answer(head, connection, now, nil)
  }

  @_optimize(speed)
  func answer(
    _ head: RequestHead, _ connection: Int, _ now: Instant, _ wakes: Wakes?,
    isSecure: Bool = false
  ) -> Answer {
    var request = Request(
      head: head, path: .unknown, connection: connection, now: now, wakes: wakes,
      isSecure: isSecure)
    let target = head.pathExtent.range
    if target.isEmpty {
      // `*`, CONNECT, or an absolute target without a path.
      request.path = .root
      if head.method == .options { return own(.noContent, request) }
    } else {
      do throws(RequestPath.Refusal) {
        request.path = try RequestPath(
          decoding: head.bytes.span.extracting(target), into: &head.record.path)
      } catch {
        request.path = .nowhere
        if head.method == .other, !takesOtherMethods { return own(.notImplemented, request) }
        return error == .noSuchFile ? noRoute(request) : own(.badRequest, request)
      }
    }
    let method = head.method == .head ? .get : head.method
    for index in routes.indices where routes[index].method == method {
      guard Pattern.match(routes[index].pattern.segments, request.path.bytes) else { continue }
      request.segments = routes[index].pattern.segments
      switch routes[index].handler {
      case .plain(let handler): return handler(request)
      case .typed(let handler):
        var values = RouteValues(
          request, queryNames: routes[index].pattern.queryNames, isProbe: false)
        do throws(RouteValues.Refusal) {
          return try handler(&values)
        } catch {
          if error == .badQuery { return own(.badRequest, request) }
        }
      }
    }
    if head.method == .other, !takesOtherMethods { return own(.notImplemented, request) }
    return otherMethods(request)
  }

  /// 405 if there are routes for other methods, otherwise what there is for 404.
  @inline(never)
  private func otherMethods(_ request: Request) -> Answer {
    var request = request
    var isKnown = false
    var allowed: UInt16 = 0
    for route in routes where route.method != request.method {
      guard Pattern.match(route.pattern.segments, request.path.bytes) else { continue }
      request.segments = route.pattern.segments
      guard Self.takesCaptures(route, request) else { continue }
      isKnown = true
      // `other` has no name to list.
      if route.method != .other { allowed |= 1 << UInt16(route.method.rawValue) }
    }
    guard isKnown else { return noRoute(request) }
    var names: [UInt8] = []
    for rawValue in 0..<Method.other.rawValue where allowed >> UInt16(rawValue) & 1 == 1 {
      guard let method = Method(rawValue: rawValue) else { continue }
      if !names.isEmpty { names.append(", ") }
      names.append(method.name)
      if method == .get { names.append(", HEAD") }
    }
    var response = Response(
      .methodNotAllowed, type: ContentType.plain, body: Status.methodNotAllowed.text)
    response.head.add("Allow", names.span)
    return own(.respond(response), request)
  }

  private static func takesCaptures(_ route: Route, _ request: Request) -> Bool {
    guard case .typed(let handler) = route.handler else { return true }
    var values = RouteValues(request, queryNames: route.pattern.queryNames, isProbe: true)
    do throws(RouteValues.Refusal) {
      _ = try handler(&values)
      return true
    } catch {
      return error == .matches
    }
  }

  @inline(never)
  private func noRoute(_ request: Request) -> Answer {
    for fallback in fallbacks
    where Pattern.match(fallback.prefix.segments, request.path.bytes, isPrefix: true) {
      var request = request
      request.segments = fallback.prefix.segments
      return fallback.handler(request)
    }
    return own(.notFound, request)
  }

  // Out of line, as are the two above: they are rare, and copies of them would make the way of most requests long.
  @inline(never)
  private func own(_ status: Status, _ request: Request) -> Answer {
    own(.status(status), request)
  }

  /// An answer of the router itself, behind its middleware.
  private func own(_ answer: Answer, _ request: Request) -> Answer {
    layers.isEmpty ? answer : layers.call(request) { _ in answer }
  }
}
