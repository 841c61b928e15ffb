// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import WebTesting

/// The test of docs/web-programs.md.
@Suite struct DocumentedTest {
  @Test func joinsTheGuestBook() {
    let tester = WebTester(GuestBook().routes)
    let signed = tester.post("/entries", fields: [("Content-Type", "text/plain")], body: "Momo")
    #expect(signed.status == 201)
    #expect(tester.get("/entries/1").text == "Momo")
    #expect(tester.send("DELETE", "/entries/1")["Allow"] == "GET, HEAD")
  }
}
