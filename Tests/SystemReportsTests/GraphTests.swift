// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Testing
import WebserverFixture

@testable import SystemReports

@Suite struct GraphTests {
  @Test func webserver() {
    print(graph(WebserverFixture.system, options: GraphOptions(title: "webserver")))
  }
}
