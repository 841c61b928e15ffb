// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing

/// Groups, middleware and fallbacks.
@Suite struct GroupTests {
  @Test func prefixes() {
    var router = Router()
    router.group("/api") { api in
      api.get("") { _ in "api" }
      api.get("/") { _ in "directory" }
      api.group("/users/:user") { user in
        user.get("/posts/:id") { (_, user: String, id: Int) in "\(user) \(id)" }
        user.notFound { _ in .text("no such thing of a user") }
      }
      api.notFound { _ in .text("no such thing") }
    }
    router.get("/apis") { _ in "other" }
    #expect(ask(router, "/api") == "200 api" && ask(router, "/api/") == "200 directory")
    #expect(ask(router, "/api/users/u/posts/3") == "200 u 3")
    #expect(ask(router, "/api/users/u/posts/x") == "200 no such thing of a user")
    #expect(ask(router, "/api/users") == "200 no such thing")
    #expect(ask(router, "/apis") == "200 other" && ask(router, "/apix").hasPrefix("404"))
    #expect(ask(router, "/api", method: "POST").hasPrefix("405 "))
  }

  @Test func middleware() {
    var router = Router()
    router.get("/early") { _ in "early" }
    router.after { request, head in head.add("X-Path", request.path.bytes.span) }
    router.group("/admin") { admin in
      admin.before { $0.query("key") == bytes("k") ? nil : .status(.forbidden) }
      admin.use { request, next in
        request.query("cached") == nil ? next(request) : .text("cached")
      }
      admin.get("/:id") { (_, id: Int) in "\(id)" }
      admin.get("/") { _ in "index" }
    }
    router.get("/late") { _ in .wait { .text("late") } }
    router.post("/body") { _ in .receive(limit: 9, each: { _ in }) { .text("done") } }
    let added = { (target: String, method: String) in
      askWhole(router, target, method: method).contains("\r\nX-Path: ")
    }
    #expect(ask(router, "/early") == "200 early" && !added("/early", "GET"))
    #expect(ask(router, "/admin/1").hasPrefix("403 ") && added("/admin/1", "GET"))
    #expect(ask(router, "/admin/1?key=k") == "200 1")
    #expect(ask(router, "/admin/?key=k&cached") == "200 cached")
    #expect(ask(router, "/admin/?key=k") == "200 index")
    #expect(ask(router, "/late") == "200 late" && added("/late", "GET"))
    #expect(ask(router, "/body", method: "POST") == "200 done" && added("/body", "POST"))
    // The router's own answers have the middleware of the router, but not of a group.
    #expect(added("/none", "GET") && added("/late", "PUT") && added("/a", "BREW"))
    #expect(ask(router, "/admin/x/y").hasPrefix("404 ") && added("/%zz", "GET"))
  }

  /// The first middleware is the outermost one, also around that of a group.
  @Test func order() {
    var router = Router()
    router.after { _, head in head.add("X", "outer") }
    router.group("/g") { group in
      group.after { _, head in head.add("X", "inner") }
      group.get("") { _ in "" }
    }
    #expect(askWhole(router, "/g").contains("\r\nX: inner\r\nX: outer\r\n"))
  }
}
