// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemChecks
import Testing

/// The examples of docs/lints.md: `serval check` says of the bad one exactly what its section is
/// about, and nothing of the good one.
@Suite(.enabled(if: BuiltTool.isBuilt, "needs .build/debug/serval")) struct LintExamplesTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var lint: String
    /// Arguments of `serval`, without the file.
    var command: [String]
    var bad: String
    var good: String
    var testDescription: String { lint }
  }

  static let examples = (try? read()) ?? []

  static func read() throws -> [Example] {
    let root = #filePath.dropLast("Tests/ServalCommandTests/LintExamplesTests.swift".count)
    let page = String(decoding: try Files.read("\(root)docs/lints.md"), as: UTF8.self)
    return page.split(separator: "\n## ").dropFirst().dropLast().map { section in
      let lines = section.split(separator: "\n", omittingEmptySubsequences: false)
      let command = lines.first { $0.hasPrefix("Bad: `serval ") }?
        .dropFirst("Bad: `serval ".count).dropLast().split(separator: " ").map(String.init)
      let blocks = section.split(separator: "```xml\n").dropFirst().compactMap {
        $0.split(separator: "```").first.map(String.init)
      }
      return Example(
        lint: String(lines[0]), command: command ?? [], bad: blocks.first ?? "",
        good: blocks.dropFirst().first ?? "")
    }
  }

  @Test func everyLintHasExamples() {
    #expect(Self.examples.map(\.lint) == Lint.all.map(\.rule))
    for example in Self.examples {
      #expect(example.command.first == "check" && !example.bad.isEmpty && !example.good.isEmpty)
    }
  }

  @Test(arguments: examples) func saysWhatItsSectionSays(_ example: Example) throws {
    try BuiltTool.with { tool in
      for (name, text) in [("bad.system", example.bad), ("good.system", example.good)] {
        try Files.replace("\(tool.directory)/\(name)", with: Array(text.utf8))
      }
      let bad = try tool.run(example.command + ["bad.system"])
      #expect(bad.status == 0)
      let rules = bad.output.split(separator: "\n").compactMap {
        $0.hasSuffix("]") ? $0.dropLast().split(separator: "[").last.map(String.init) : nil
      }
      #expect(rules == [example.lint])
      let good = try tool.run(example.command + ["good.system"])
      #expect((good.status, good.output) == (0, ""))
    }
  }
}
