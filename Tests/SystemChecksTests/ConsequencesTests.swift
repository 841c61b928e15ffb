// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Testing

@testable import SystemChecks

/// One mistake is one finding: nothing that follows from an error is reported as well.
@Suite struct ConsequencesTests {
  /// Rules of all findings, with their lines.
  private func findings(_ content: String, sdk: SDKVersion = .v2_3_0) throws -> [String] {
    let file = "<system>\n\(content)\n</system>"
    let result = try check(Array(file.utf8), file: "x.system", sdk: sdk)
    let system = try #require(result.description)
    let all = result.findings + lint(system, sdk: sdk, broken: result.broken)
    return all.map { finding in
      guard case .source(let location)? = finding.place else { return finding.rule }
      return "\(location.line) \(finding.rule)"
    }
  }

  private func domain(_ name: String, _ attributes: String = "", _ content: String = "") -> String {
    #"<protection_domain name="\#(name)" \#(attributes)><program_image path="x.elf" />"#
      + content + "</protection_domain>\n"
  }

  private func channel(_ a: String, _ b: String) -> String {
    "<channel><end pd=\"\(a)\" id=\"0\" /><end pd=\"\(b)\" id=\"0\" /></channel>\n"
  }

  @Test func lostMapsAndChannels() throws {
    let region = #"<memory_region name="box" size="0x1000" />"#
    #expect(
      try findings(region + domain("a", "", #"<map mr="box" perms="rw" />"#)) == [
        "2 missing-attribute"
      ])
    #expect(
      try findings(region + domain("a", "", #"<map mr="bxo" vaddr="0x1000" />"#)) == [
        "2 unknown-name"
      ])
    let logger = domain("logger", #"priority="2" passive="true""#) + domain("client")
    #expect(
      try findings(
        logger + #"<channel><end pd="logger" id="0" /><end pd="client" id="62" /></channel>"#)
        == ["4 out-of-range"])
    #expect(try findings(logger + channel("logger", "clinet")) == ["4 unknown-name"])
    // Two mistakes are two errors.
    #expect(
      try findings(
        region + domain("a", "", #"<map mr="box" perms="rw" />"#) + domain("b")
          + #"<channel><end pd="a" id="62" /><end pd="b" id="0" /></channel>"#)
        == ["2 missing-attribute", "4 out-of-range"])
  }

  @Test func misspelledElements() throws {
    #expect(
      try findings(
        #"<memory_regoin name="box" size="0x1000" />"#
          + domain("a", "", #"<map mr="box" vaddr="0x1000" />"#)) == ["2 unknown-element"])
    #expect(
      try findings(
        #"<protection_domian name="a"><program_image path="a" /></protection_domian>"#)
        == ["2 unknown-element"])
    #expect(
      try findings(
        #"<protection_domain name="a"><program_imag path="a" /></protection_domain>"#)
        == ["2 unknown-element"])
    #expect(
      try findings(
        domain("a") + domain("b")
          + #"<channel><end pd="a" id="0" /><edn pd="b" id="0" /></channel>"#)
        == ["4 unknown-element"])
    #expect(
      try findings(
        domain("b") + #"<protection_domian name="a" />"# + "\n" + channel("a", "b"))
        == ["3 unknown-element"])
  }

  @Test func misspelledAttributes() throws {
    let region = #"<memory_region name="box" size="0x1000" />"#
    #expect(
      try findings(region + domain("a", "", #"<map mr="box" vadr="0x1000" />"#))
        == ["2 unknown-attribute"])
    #expect(
      try findings(
        #"<memory_region nam="box" size="0x1000" />"#
          + domain("a", "", #"<map mr="box" vaddr="0x1000" />"#)) == ["2 unknown-attribute"])
  }

  @Test func attributesThatOtherRulesNeed() throws {
    let call = #"<channel><end pd="a" id="0" pp="true" /><end pd="b" id="0" /></channel>"#
    #expect(
      try findings(domain("a", #"priority="5""#) + domain("b", #"priority="600""#) + call)
        == ["3 out-of-range"])
    let irq = #"<irq irq="40" id="0" />"#
    #expect(
      try findings(
        domain("a", "", irq) + domain("a", "", #"<irq irq="41" id="0" />"#)) == ["3 duplicate-name"]
    )
  }

  /// What has nothing to do with the error is still found.
  @Test func otherMistakesStay() throws {
    #expect(
      try findings(
        #"<memory_region name="box" size="0x1000" /><memory_region name="code" size="0x1000" />"#
          + domain("a", #"budget="1""#, #"<map mr="code" vaddr="0x1000" perms="rwx" />"#)
          + domain("b", #"priority="600""#))
        == ["3 out-of-range", "2 unused-region", "2 writable-executable", "2 budget-too-small"])
    #expect(
      try findings(domain("a") + channel("a", "b") + channel("a", "c"))
        == ["3 unknown-name", "4 duplicate-id", "4 unknown-name"])
  }

  @Test func everyFindingHasAPlace() throws {
    let empty = try check(Array("<!-- -->\n <system />".utf8), file: "x.system", sdk: .v2_3_0)
    #expect(
      empty.findings.map(\.place) == [
        .source(SourceLocation(file: "x.system", line: 2, column: 2))
      ])
  }
}
