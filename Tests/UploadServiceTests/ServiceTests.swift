// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import UploadService
import WebTesting

@Suite struct ServiceTests {
  @Test func servesThePage() {
    let tester = WebTester(UploadService().routes)
    let page = tester.get("/?any=query")
    #expect(page.status == 200)
    #expect(page.text.contains("<h1>File selection</h1>"))
  }
}
