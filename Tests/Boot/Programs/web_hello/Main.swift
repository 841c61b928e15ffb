// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The third program of docs/programs.md, which has this text; Tests/Boot/emulated.py runs it.

import Web

@main enum Main {
  static func main() {
    var router = Router()
    router.get("/") { _ in .text("Hello World!\n") }
    serve(router)
  }
}
