// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Targets
import Testing

@testable import SystemChecks

@Suite struct RuleTests {
  /// The file's text, on one line, and the columns of its marks.
  private func unmarked(_ text: String) -> (text: String, columns: [Int]) {
    let whole = text.contains("sistem") ? text : "<system>\(text)</system>"
    var (result, columns) = ("", [Int]())
    for character in whole {
      if character == "@" { columns.append(result.count + 1) } else { result.append(character) }
    }
    return (result, columns)
  }

  /// For SDKs that reject a case, its rule is reported at the marks and nowhere else. An SDK that
  /// does not know an attribute or element may reject the case for that reason, or for lacking the ones that it requires.
  @Test(arguments: ruleCases + targetRuleCases) func reportsAtTheMark(_ ruleCase: RuleCase) throws {
    let (text, columns) = unmarked(ruleCase.text)
    for sdk in SDKVersion.allCases {
      guard let target = ruleCase.target(sdk) else { continue }
      let result = try check(Array(text.utf8), file: "f", sdk: sdk, target: target)
      let errors = result.findings.filter { $0.severity == .error }
      if ruleCase.rejectedBy.contains(sdk) {
        #expect(!result.isAccepted, "\(sdk)")
        let places = errors.filter { $0.rule == ruleCase.rule }.map(\.place)
        let expected = columns.map {
          Place.source(.init(file: "f", line: 1, column: $0))
        }
        #expect(places == expected, "\(sdk): \(errors)")
        #expect(errors.allSatisfy { $0.rule == ruleCase.rule }, "\(sdk): \(errors)")
      } else {
        #expect(!errors.contains { $0.rule == ruleCase.rule }, "\(sdk): \(errors)")
        #expect(
          errors.allSatisfy { $0.rule.hasPrefix("unknown-") || $0.rule == "missing-attribute" },
          "\(sdk): \(errors)")
      }
    }
  }

  @Test func everyRuleHasACase() {
    let covered = Set((ruleCases + targetRuleCases).map(\.rule))
    // Images have tests of their own.
    #expect(
      Set(Rule.allCases.map(\.rawValue)).subtracting(covered)
        == ["image", "kernel-owned", "block-size"])
  }

  @Test func everythingIsReportedAtOnceInTheOrderOfTheFile() throws {
    let text = """
      <system>
        <memory_region name="shared" size="0x1000" />
        <protection_domain name="one" priority="300" passiv="true">
          <program_image path="a.elf" />
          <map mr="shard" vaddr="0x1000" perms="rq" />
          <irq irq="33" id="62" />
        </protection_domain>
        <channel><end pd="one" id="1" /><end pd="oen" id="1" /></channel>
      </system>
      """
    let findings = try check(Array(text.utf8), file: "s", sdk: .newest).findings
    let seen = findings.map { finding in
      guard case .source(let place)? = finding.place else { return "" }
      return "\(place.line):\(place.column) \(finding.rule)"
    }
    #expect(
      seen == [
        "3:33 out-of-range", "3:48 unknown-attribute", "5:5 unknown-name", "5:36 bad-value",
        "6:19 out-of-range", "8:35 unknown-name",
      ])
    let fixes = findings.compactMap(\.fix)
    #expect(fixes.contains("did you mean 'passive'?"))
    #expect(fixes.contains("did you mean 'shared'?"))
    #expect(fixes.contains("did you mean 'one'?"))
  }

  @Test func contentThatTheToolIgnoresIsAWarning() throws {
    let text = """
      <system><protection_domain name="a"><program_image path="a.elf">words<b/></program_image>\
      </protection_domain></system>
      """
    let result = try check(Array(text.utf8), file: "f", sdk: .v2_0_1)
    #expect(result.isAccepted)
    #expect(result.findings.map(\.rule) == ["ignored-content"])
  }

  @Test func tooLittleMemoryIsAnError() throws {
    let text = """
      <system><memory_region name="r" size="0x80000000"/><protection_domain name="a">\
      <program_image path="a.elf"/></protection_domain></system>
      """
    let bytes = Array(text.utf8)
    #expect(try check(bytes, file: "f", sdk: .newest).isAccepted)
    var target = Target.mostCommon(.newest)
    target.platform = Platform(normalMemory: [0x4000_0000..<0xa000_0000])
    #expect(try !check(bytes, file: "f", sdk: .newest, target: target).isAccepted)
  }

  @Test(
    arguments: [
      ("10", 10), ("0x10", 16), ("1_000", 1000), ("0x_f_f", 255), ("+5", 5), ("0x+5", 5),
      ("18446744073709551615", .max), ("", nil), ("0x", nil), ("-1", nil), ("0X10", nil),
      ("1e3", nil),
      (" 1", nil), ("18446744073709551616", nil), ("++1", nil), ("+-1", nil), ("_", nil),
      ("٣", nil),
    ] as [(String, UInt64?)])
  func readsNumbersAsTheToolDoes(_ text: String, _ value: UInt64?) {
    #expect(parseSystemNumber(text) == value)
  }

  @Test func minusZeroIsValidOnlyWhereSigned() {
    #expect(parseDecimal("-0", isSigned: true) == 0)
    #expect(parseDecimal("-0", isSigned: false) == nil)
    #expect(parseDecimal("-1", isSigned: true) == nil)
    #expect(parseDecimal("0x1", isSigned: true) == nil)
  }
}
