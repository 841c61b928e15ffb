// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP

// An example in docs/web-programs.md; a test compares the two.

enum Colour: String, RouteValue { case red, green }

struct Library {
  let books = [7: "Emil", 8: "Momo"]

  func addRoutes(to router: inout Router) {
    router.get("/books/:id") { (_, id: Int) in books[id] }
    router.get("/books?colour&page") { (_, colour: Colour, page: Int?) in
      "Page \(page ?? 1) of the \(colour) books\n"
    }
    router.group("/admin") { admin in
      admin.before { request in
        request.query("key") == nil ? .status(.forbidden) : nil
      }
      admin.after { _, head in head.add("Cache-Control", "no-store") }
      admin.delete("/books/:id") { (_, id: Int) in books[id] == nil ? Status.notFound : .noContent }
      admin.notFound { _ in .text("Nothing to administer here.\n", status: .notFound) }
    }
  }
}
