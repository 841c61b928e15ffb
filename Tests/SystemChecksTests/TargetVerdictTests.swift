// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemChecks
import SystemModel
import Targets
import Testing

@Suite struct TargetVerdictTests {
  /// A system with `body` in its only protection domain.
  private func verdict(
    _ body: String, attributes: String = "", before: String = "", sdk: SDKVersion = .newest,
    targets: [Target]? = nil
  ) throws -> TargetVerdict {
    let text = """
      <system>\(before)
      <protection_domain name="a" \(attributes)><program_image path="a.elf"/>
      \(body)
      </protection_domain></system>
      """
    return try TargetVerdict(
      Array(text.utf8), file: "f", sdk: sdk, targets: targets ?? Target.kinds(of: sdk))
  }

  @Test func anEmptyDomainIsForEveryTarget() throws {
    for sdk in SDKVersion.allCases {
      #expect(try verdict("", sdk: sdk).summary(sdk) == "would be taken by Microkit \(sdk)")
    }
  }

  @Test(arguments: [
    (
      "", "cpu=\"3\"", "",
      "for AArch64 with 4 cores, RISC-V with 4 cores, x86-64 with 16 cores"
    ),
    (
      "<irq irq=\"33\" id=\"0\"/>", "", "",
      "for AArch64, RISC-V; on x86-64 rejected: line 3: interrupts by 'irq' exist on Arm and RISC-V only"
    ),
    (
      "<irq pin=\"4\" id=\"0\" vector=\"1\"/>", "", "",
      "for x86-64; on AArch64 and RISC-V rejected: line 3: interrupts by 'pin' or 'pcidev' exist on x86 only"
    ),
    (
      "<virtual_machine name=\"v\"><vcpu id=\"0\"/></virtual_machine>", "", "",
      "for AArch64 with a hypervisor, x86-64 with a hypervisor"
        + "; on RISC-V rejected: line 3: <virtual_machine>: this kernel is not a hypervisor"
    ),
    (
      "", "domain=\"d\"",
      "<domains><domain name=\"d\"/><domain_schedule><schedule_entry domain=\"d\" duration=\"1 us\"/>"
        + "</domain_schedule></domains>",
      "for AArch64 with one core, RISC-V with one core, x86-64 with one core"
    ),
  ])
  func tellsForWhichTargets(body: String, attributes: String, before: String, scope: String) throws
  {
    let verdict = try verdict(body, attributes: attributes, before: before)
    #expect(verdict.isAccepted)
    #expect(verdict.result.findings == [])
    #expect(verdict.summary(.newest) == "would be taken by Microkit \(SDKVersion.newest) \(scope)")
  }

  /// The findings are those of the target that the file is meant for, not of the most common one.
  @Test func namesTheMistakeForTheIntendedTarget() throws {
    let verdict = try verdict("<irq id=\"0\" pin=\"11\" vector=\"43\" level=\"1\"/>")
    #expect(!verdict.isAccepted)
    #expect(verdict.result.target.architecture == .x86_64)
    #expect(verdict.result.findings.map(\.rule) == ["unknown-attribute"])
    #expect(
      verdict.summary(.newest)
        == "would be rejected by Microkit \(SDKVersion.newest) for every target; the errors are those "
        + "for x86-64 with one core")
  }

  @Test func aMistakeOnEveryTargetNeedsNoScope() throws {
    let verdict = try verdict("<map/>")
    #expect(verdict.summary(.newest) == "would be rejected by Microkit \(SDKVersion.newest)")
  }

  @Test func aFileForNoTargetAtAllIsRejected() throws {
    let verdict = try verdict("<irq irq=\"1\" id=\"0\"/><irq id=\"1\" pin=\"1\" vector=\"1\"/>")
    #expect(!verdict.isAccepted)
    #expect(verdict.result.findings.map(\.rule) == ["unsupported-target"])
  }

  @Test func aSingleTargetNeedsNoScope() throws {
    let target = Target.mostCommon(.newest)
    let taken = try verdict("<irq irq=\"33\" id=\"0\"/>", targets: [target])
    #expect(taken.summary(.newest) == "would be taken by Microkit \(SDKVersion.newest)")
    let rejected = try verdict("", attributes: "cpu=\"1\"", targets: [target])
    #expect(rejected.summary(.newest) == "would be rejected by Microkit \(SDKVersion.newest)")
  }

  /// Whatever some target takes can be loaded, with everything in it.
  @Test func filesForAnyTargetCanBeLoaded() throws {
    let text = """
      <system><protection_domain name="a"><program_image path="a.elf"/>
      <irq id="0" pin="4" vector="4"/><irq id="1" pcidev="0:1.0" handle="0" vector="5"/>
      <ioport id="0" addr="0x3f8" size="8" setvar_addr="port"/></protection_domain>
      <memory_region name="r" size="0x1000"/>
      <io_address_space name="d" peripheral_id="0:2.0" domain_id="1"><iomap mr="r" iovaddr="0"/>
      </io_address_space></system>
      """
    let system = try loadSystem(Array(text.utf8), file: "f", sdk: nil).description
    let domain = try #require(system.protectionDomains.first)
    #expect(
      domain.interrupts.map(\.source) == [
        .ioAPIC(attributes: ["pin": "4", "vector": "4"]),
        .messageSignalled(attributes: ["pcidev": "0:1.0", "handle": "0", "vector": "5"]),
      ])
    #expect(domain.ioPorts == [IOPort(id: 0, address: 0x3f8, size: 8, addressSymbol: "port")])
    #expect(
      system.ioAddressSpaces.map(\.attributes) == [
        ["name": "d", "peripheral_id": "0:2.0", "domain_id": "1"]
      ])
    #expect(system.ioAddressSpaces.first?.maps.map(\.attributes) == [["mr": "r", "iovaddr": "0"]])
  }
}

/// A verdict reuses results for targets that agree on what was asked. Each must be what a check of its
/// own gives.
@Suite struct ReusedResultsTests {
  @Test(arguments: ruleCases + targetRuleCases)
  func areThoseOfASeparateCheck(_ ruleCase: RuleCase) throws {
    let body = ruleCase.text.filter { $0 != "@" }
    let bytes = Array((body.hasPrefix("<sistem") ? body : "<system>\(body)</system>").utf8)
    for sdk in SDKVersion.allCases {
      let targets = Target.kinds(of: sdk)
      let verdict = try TargetVerdict(bytes, file: "f", sdk: sdk, targets: targets)
      for (target, result) in zip(targets, verdict.results) {
        let own = try check(bytes, file: "f", sdk: sdk, target: target)
        #expect(result.target == target)
        #expect(result.findings == own.findings)
        #expect(result.description == own.description)
      }
    }
  }
}
