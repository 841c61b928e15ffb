// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import Testing

@testable import SystemChecks

/// docs/checks.md and docs/lints.md list what the code has: no more, no less, in the same order.
@Suite struct DocumentationTests {
  private func lines(of page: String) throws -> [String] {
    let root = #filePath.dropLast("Tests/SystemChecksTests/DocumentationTests.swift".count)
    let text = String(decoding: try Files.read("\(root)docs/\(page)"), as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
  }

  @Test func everyRuleIsDocumented() throws {
    let rows = try lines(of: "checks.md").filter { $0.hasPrefix("| `") }
    let expected = Rule.allCases.map { "| `\($0.rawValue)` | \($0.meaning) |" }
    // These two are about what cannot be read at all.
    let unread = rows.filter { $0.hasPrefix("| `xml` |") || $0.hasPrefix("| `encoding` |") }
    #expect(rows == unread + expected)
    #expect(unread.count == 2)
  }

  @Test func everyLintIsDocumented() throws {
    let titles = try lines(of: "lints.md").filter { $0.hasPrefix("## ") }.map { $0.dropFirst(3) }
    #expect(titles.dropLast().map(String.init) == Lint.all.map(\.rule))
    #expect(titles.last == "What is not a lint")
  }
}
