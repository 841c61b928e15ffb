// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Testing

@testable import SystemChecks

/// A template is one finding, and what follows from it none.
@Suite struct TemplateFindingTests {
  private func findings(_ text: String) throws -> [String] {
    try check(Array(text.utf8), file: "f", sdk: .newest).findings.map { finding in
      "\(finding.place.map { "\($0)" } ?? "") \(finding.severity) \(finding.rule)"
    }
  }

  private let domain =
    "<protection_domain name=\"a\"><program_image path=\"a.elf\"/></protection_domain>"

  @Test func directivesExplainEveryError() throws {
    let text = """
      <system>
      #ifdef BOARD_A
      <memory_region name="r" size="SIZE" />
      #else
      <memory_region name="r" size="0x1000" />
      #endif
      \(domain)
      </system>
      """
    #expect(try findings(text) == ["f:2:1 error template"])
  }

  @Test func directivesThatTheToolIgnoresAreAWarning() throws {
    let text = """
      <system><memory_region name="r" size="0x1000" />
      <protection_domain name="a"><program_image path="a.elf"/>
      #if 0
      <map mr="r" vaddr="0x1000000" />
      #endif
      </protection_domain></system>
      """
    #expect(try findings(text) == ["f:3:1 warning template"])
  }

  @Test func placeholdersExplainErrorsOnTheirLinesOnly() throws {
    #expect(
      try findings("<system>\n<memory_region name=\"r\" size=\"@SIZE@\" />\n\(domain)</system>")
        == ["f:2:31 error template"])
    #expect(
      try findings("<system>\n<memory_region name=\"@R@\" size=\"0x1000\" />\n\(domain)</system>")
        == [])
    #expect(
      try findings(
        "<system>\n<memory_region name=\"@R@\" size=\"0x1000\" />\n<b/>\(domain)</system>")
        == ["f:3:1 error unknown-element"])
  }

  @Test func theDialectOfATemplateIsNotGuessed() throws {
    let error = #expect(throws: RejectedSystem.self) {
      try loadSystem(
        Array("<system>\n#include \"x\"\n\(domain)</system>".utf8), file: "f", sdk: nil)
    }
    #expect(error?.findings.map(\.rule) == ["template"])
  }
}
