// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import Testing

@testable import SystemChecks

@Suite struct DocumentationTests {
  /// docs/checks.md lists every rule with its meaning. `SERVAL_RECORD=1` is not needed: the expected
  /// lines are in the message.
  @Test func everyRuleIsDocumented() throws {
    let root = #filePath.dropLast("Tests/SystemChecksTests/DocumentationTests.swift".count)
    let text = String(decoding: try Files.read("\(root)docs/checks.md"), as: UTF8.self)
    let lines = Set(text.split(separator: "\n").map(String.init))
    for rule in Rule.allCases {
      let line = "| `\(rule.rawValue)` | \(rule.meaning) |"
      #expect(lines.contains(line), "docs/checks.md lacks: \(line)")
    }
  }
}
