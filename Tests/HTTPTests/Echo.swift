// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

// Examples in docs/web-programs.md; a test compares the two.

func addEcho(to router: inout Router) {
  router.post("/echo") { _ in
    .exchange(ResponseHead(.ok, length: .unknown)) { exchange in
      while exchange.room > 0 {
        let piece = exchange.read(atMost: exchange.room)
        if piece.isEmpty { return exchange.inputEnded ? .end : .wait }
        exchange.write(piece.span)
      }
      return .wait
    }
  }
}
