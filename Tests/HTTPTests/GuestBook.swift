// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

// The example in docs/web-programs.md; a test compares the two.

final class GuestBook {
  private var entries: [[UInt8]] = []

  var routes: Router {
    var router = Router()
    router.get("/") { _ in "Sign with POST /entries, read GET /entries/1.\n" }
    router.get("/entries/:number") { (_, number: Int) in
      guard self.entries.indices.contains(number - 1) else { return .status(.notFound) }
      return .html(self.entries[number - 1])
    }
    router.post("/entries") { _ in
      guard self.entries.count < 100 else { return .status(.serviceUnavailable) }
      var entry: [UInt8] = []
      return .receive(limit: 1000, each: { entry.append(copying: $0) }) {
        self.entries.append(entry)
        return .status(.created)
      }
    }
    return router
  }
}
