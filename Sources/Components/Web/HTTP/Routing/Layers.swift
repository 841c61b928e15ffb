// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Middleware, from the outside to the inside.
struct Layers {
  private var all: [Router.Middleware] = []

  var isEmpty: Bool { all.isEmpty }

  mutating func append(_ layer: @escaping Router.Middleware) { all.append(layer) }

  /// `handler` behind all layers.
  func wrapped(_ handler: @escaping Router.Handler) -> Router.Handler {
    var inner = handler
    for layer in all.reversed() {
      let next = inner
      inner = { request in layer(request, next) }
    }
    return inner
  }

  func call(_ request: Request, _ handler: @escaping Router.Handler) -> Answer {
    wrapped(handler)(request)
  }
}
