// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Adds routes for one method to a router: `router.get("/posts/:id") { (request, id: Int) in ... }`.
///
/// A handler takes the request, and up to four values of types that are `RouteValue`s: the pattern's
/// captures in order, then the query's values in the order in which the pattern names them. A capture
/// that is not of its type does not match; a value of the query that is missing or not of its type is
/// answered with 400. A handler that takes the request only may ask it for captures and values itself.
///
/// A handler returns an `Answer`, or anything that is `AnswerConvertible`.
public struct MethodRoutes {
  var router: Router
  let method: Method

  private typealias Values = RouteValues

  /// Adds a route whose handler takes no values.
  public mutating func callAsFunction(
    _ pattern: Pattern, _ handler: @escaping (Request) -> Answer
  ) {
    router.add(method, pattern, .plain(router.wrapped(handler)), valueCount: nil)
  }

  /// Adds a route whose handler takes one value.
  public mutating func callAsFunction<A: RouteValue>(
    _ pattern: Pattern, _ handler: @escaping (Request, A) -> Answer
  ) {
    let layers = router.layers
    add(pattern, 1) { (values: inout RouteValues) throws(RouteValues.Refusal) -> Answer in
      let a: A = try values.next()
      try values.checkProbe()
      if layers.isEmpty { return handler(values.request, a) }
      return layers.call(values.request) { handler($0, a) }
    }
  }

  /// Adds a route whose handler takes two values.
  public mutating func callAsFunction<A: RouteValue, B: RouteValue>(
    _ pattern: Pattern, _ handler: @escaping (Request, A, B) -> Answer
  ) {
    let layers = router.layers
    add(pattern, 2) { (values: inout RouteValues) throws(RouteValues.Refusal) -> Answer in
      let a: A = try values.next()
      let b: B = try values.next()
      try values.checkProbe()
      if layers.isEmpty { return handler(values.request, a, b) }
      return layers.call(values.request) { handler($0, a, b) }
    }
  }

  /// Adds a route whose handler takes three values.
  public mutating func callAsFunction<A: RouteValue, B: RouteValue, C: RouteValue>(
    _ pattern: Pattern, _ handler: @escaping (Request, A, B, C) -> Answer
  ) {
    let layers = router.layers
    add(pattern, 3) { (values: inout RouteValues) throws(RouteValues.Refusal) -> Answer in
      let a: A = try values.next()
      let b: B = try values.next()
      let c: C = try values.next()
      try values.checkProbe()
      if layers.isEmpty { return handler(values.request, a, b, c) }
      return layers.call(values.request) { handler($0, a, b, c) }
    }
  }

  /// Adds a route whose handler takes four values.
  public mutating func callAsFunction<
    A: RouteValue, B: RouteValue, C: RouteValue, D: RouteValue
  >(
    _ pattern: Pattern, _ handler: @escaping (Request, A, B, C, D) -> Answer
  ) {
    let layers = router.layers
    add(pattern, 4) { (values: inout RouteValues) throws(RouteValues.Refusal) -> Answer in
      let a: A = try values.next()
      let b: B = try values.next()
      let c: C = try values.next()
      let d: D = try values.next()
      try values.checkProbe()
      if layers.isEmpty { return handler(values.request, a, b, c, d) }
      return layers.call(values.request) { handler($0, a, b, c, d) }
    }
  }

  private mutating func add(
    _ pattern: Pattern, _ count: Int, _ handler: @escaping Router.TypedHandler
  ) {
    router.add(method, pattern, .typed(handler), valueCount: count)
  }
}

// MARK: Handlers that return something else

extension MethodRoutes {
  /// Adds a route whose handler takes no values.
  public mutating func callAsFunction<Result: AnswerConvertible>(
    _ pattern: Pattern, _ handler: @escaping (Request) -> Result
  ) {
    callAsFunction(pattern) { request -> Answer in handler(request).answer }
  }

  /// Adds a route whose handler takes one value.
  public mutating func callAsFunction<A: RouteValue, Result: AnswerConvertible>(
    _ pattern: Pattern, _ handler: @escaping (Request, A) -> Result
  ) {
    callAsFunction(pattern) { (request, a: A) -> Answer in handler(request, a).answer }
  }

  /// Adds a route whose handler takes two values.
  public mutating func callAsFunction<A: RouteValue, B: RouteValue, Result: AnswerConvertible>(
    _ pattern: Pattern, _ handler: @escaping (Request, A, B) -> Result
  ) {
    callAsFunction(pattern) { (request, a: A, b: B) -> Answer in handler(request, a, b).answer }
  }

  /// Adds a route whose handler takes three values.
  public mutating func callAsFunction<
    A: RouteValue, B: RouteValue, C: RouteValue, Result: AnswerConvertible
  >(
    _ pattern: Pattern, _ handler: @escaping (Request, A, B, C) -> Result
  ) {
    callAsFunction(pattern) { (request, a: A, b: B, c: C) -> Answer in
      handler(request, a, b, c).answer
    }
  }

  /// Adds a route whose handler takes four values.
  public mutating func callAsFunction<
    A: RouteValue, B: RouteValue, C: RouteValue, D: RouteValue, Result: AnswerConvertible
  >(
    _ pattern: Pattern, _ handler: @escaping (Request, A, B, C, D) -> Result
  ) {
    callAsFunction(pattern) { (request, a: A, b: B, c: C, d: D) -> Answer in
      handler(request, a, b, c, d).answer
    }
  }
}
