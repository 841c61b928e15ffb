// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel
import TestSupport
import Testing

@testable import SystemConversion

@Suite struct ConversionTests {
  private func converted(
    _ text: String, from source: SDKVersion? = nil, to target: SDKVersion, isLossy: Bool = false,
    searchPaths: [String] = []
  ) throws -> (text: String, findings: [String]) {
    let result = try convert(
      Array(text.utf8), file: "f", from: source, to: target, isLossy: isLossy,
      searchPaths: searchPaths)
    let findings = result.findings.map { finding in
      let place = finding.place.map { "\($0)" } ?? ""
      return "\(place.dropFirst(2)) \(finding.severity): \(finding.message)"
    }
    return (String(decoding: result.bytes, as: UTF8.self), findings)
  }

  private let old = """
    <?xml version="1.0" encoding="UTF-8"?>
    <!-- The server answers pp="true" calls. -->
    <system>
        <protection_domain name="server" priority="9" pp="true">  <!-- callee -->
            <program_image path="server.elf" />
        </protection_domain>
        <protection_domain
            name='client'
            priority='3'>
            <program_image path="client.elf"/>
        </protection_domain>
        <protection_domain name="other" stack_size="0x4000"><program_image path="other.elf"/></protection_domain>
        <channel>
            <end pd="server" id="0"/>
            <end  pd="client"  id="1" />
        </channel>
        <channel><end pd="other" id="0"/><end pd="client" id="2"/></channel>
    </system>

    """

  private let new = """
    <?xml version="1.0" encoding="UTF-8"?>
    <!-- The server answers pp="true" calls. -->
    <system>
        <protection_domain name="server" priority="9" stack_size="0x1000">  <!-- callee -->
            <program_image path="server.elf" />
        </protection_domain>
        <protection_domain
            name='client'
            priority='3'
            stack_size='0x1000'>
            <program_image path="client.elf"/>
        </protection_domain>
        <protection_domain name="other" stack_size="0x4000"><program_image path="other.elf"/></protection_domain>
        <channel>
            <end pd="server" id="0"/>
            <end  pd="client"  id="1"  pp="true" />
        </channel>
        <channel><end pd="other" id="0"/><end pd="client" id="2"/></channel>
    </system>

    """

  @Test func onlyWhatDiffersIsEdited() throws {
    let (text, findings) = try converted(old, to: .v2_3_0)
    #expect(text == new)
    #expect(findings == [])
  }

  @Test func backAgain() throws {
    let (text, findings) = try converted(new, from: .v2_3_0, to: .v1_4_1)
    // Sizes that were made explicit stay.
    #expect(findings == [])
    #expect(
      text.split(separator: "\n").filter { $0.contains("pp=") }.map { $0.drop { $0 == " " } } == [
        "<!-- The server answers pp=\"true\" calls. -->",
        "<protection_domain name=\"server\" priority=\"9\" stack_size=\"0x1000\" pp=\"true\">  <!-- callee -->",
      ])
  }

  @Test func theSameSDKChangesNothing() throws {
    #expect(try converted(old, to: .v1_4_1).text == old)
  }

  /// One line each, so that the places are clear.
  private let everything = """
    <system>
    <memory_region name="boot" prefill_bootinfo="fdt" />
    <memory_region name="file" prefill_path="file.bin" size="0x2000" />
    <domains><domain name="d" /><domain_schedule><schedule_entry domain="d" duration="5 us" /></domain_schedule></domains>
    <protection_domain name="a_name_longer_than_16" domain="d" priority="5" smc="true" cpu="0" fpu="true">
    <program_image path="a.elf" path_for_symbols="b.elf" />
    <map mr="file" vaddr="0x1000000" setvar_size="size" setvar_prefill_size="fill" />
    <irq irq="40" id="5" setvar_id="irq" />
    <protection_domain name="kid" domain="d" id="3" setvar_id="kid" fpu="false"><program_image path="b.elf" /></protection_domain>
    <virtual_machine name="vm">
    <vcpu id="7" setvar_id="cpu" />
    <vcpu id="8" cpu="0" />
    </virtual_machine>
    <cspace>
    <cap_tcb slot="1" pd="kid" />
    <cap_sc slot="2" pd="kid" />
    </cspace>
    </protection_domain>
    <protection_domain name="b" domain="d" priority="9"><program_image path="b.elf" /></protection_domain>
    <channel><end pd="a_name_longer_than_16" id="0" pp="true" setvar_id="end" /><end pd="b" id="0" notify="false" /></channel>
    <channel><end pd="kid" id="1" /><end pd="b" id="1" /></channel>
    </system>
    """

  @Test func whatCannotBeSaidIsListed() throws {
    let (_, findings) = try converted(everything, to: .v1_4_1)
    let name = "'a_name_longer_than_16'"
    #expect(
      findings == [
        "2:28 error: Microkit 1.4.1 cannot express prefill_bootinfo: 'boot' would start with zeros, not with the boot information 'fdt'",
        "3:28 error: Microkit 1.4.1 cannot express prefill_path: 'file' would start with zeros, not with the contents of 'file.bin'",
        "4:1 error: Microkit 1.4.1 cannot express <domains>: the protection domains would share the time by priority alone",
        "5:1 warning: in Microkit 1.4.1, \(name) sees only 'a_name_longer_th' as its name",
        "5:73 error: Microkit 1.4.1 cannot express smc: \(name) could not make secure monitor calls",
        "6:29 error: Microkit 1.4.1 cannot express path_for_symbols: the symbols of \(name) would be looked up in 'a.elf'",
        "7:34 error: Microkit 1.4.1 cannot express setvar_size: symbol 'size' of \(name) would not be set",
        "7:53 error: Microkit 1.4.1 cannot express setvar_prefill_size: symbol 'fill' of \(name) would not be set",
        "8:22 error: Microkit 1.4.1 cannot express setvar_id: symbol 'irq' of \(name) would not be set",
        "9:49 error: Microkit 1.4.1 cannot express setvar_id: symbol 'kid' of \(name) would not be set",
        "9:65 error: Microkit 1.4.1 cannot express fpu: 'kid' could use the floating-point unit",
        "11:14 error: Microkit 1.4.1 cannot express setvar_id: symbol 'cpu' of \(name) would not be set",
        "12:1 error: Microkit 1.4.1 cannot express <vcpu>: 'vm' would have one CPU, and not vcpu 8",
        "15:1 error: Microkit 1.4.1 cannot express <cap_tcb>: \(name) would have no capability to 'kid' in slot 1",
        "16:1 error: Microkit 1.4.1 cannot express <cap_sc>: \(name) would have no capability to 'kid' in slot 2",
        "20:59 error: Microkit 1.4.1 cannot express setvar_id: symbol 'end' of \(name) would not be set",
        "20:96 error: Microkit 1.4.1 cannot express notify: 'b' could notify \(name)",
        "21:10 error: Microkit 1.4.1 cannot express a right to call for some peers only: 'kid' could call 'b', too",
      ])
  }

  @Test func whatRemainsIsAFileForTheTarget() throws {
    let (text, findings) = try converted(everything, to: .v1_4_1, isLossy: true)
    #expect(findings.allSatisfy { $0.contains(" warning: ") })
    #expect(
      text == """
        <system>
        <memory_region name="boot" size="0x1000" />
        <memory_region name="file" size="0x2000" />
        <protection_domain name="a_name_longer_than_16" priority="5" stack_size="0x2000">
        <program_image path="a.elf" />
        <map mr="file" vaddr="0x1000000" />
        <irq irq="40" id="5" />
        <protection_domain name="kid" id="3" stack_size="0x2000"><program_image path="b.elf" /></protection_domain>
        <virtual_machine name="vm">
        <vcpu id="7" />
        </virtual_machine>
        </protection_domain>
        <protection_domain name="b" priority="9" pp="true" stack_size="0x2000"><program_image path="b.elf" /></protection_domain>
        <channel><end pd="a_name_longer_than_16" id="0" /><end pd="b" id="0" /></channel>
        <channel><end pd="kid" id="1" /><end pd="b" id="1" /></channel>
        </system>
        """)
  }

  @Test func symbolsNameTheValueToWriteInstead() throws {
    let fixes = try convert(
      Array(everything.utf8), file: "f", from: nil, to: .v2_0_1
    ).findings.compactMap(\.fix)
    #expect(
      fixes.contains("initialise 'irq' to 5 in the program, and give --lossy to leave it out"))
  }

  @Test func anX86SystemLosesItsDevices() throws {
    let text = """
      <system><memory_region name="r" size="0x1000" />
      <protection_domain name="a"><program_image path="a.elf" />
      <irq pin="4" vector="2" id="1" />
      <ioport id="2" addr="0x3f8" size="8" />
      </protection_domain>
      <io_address_space name="d" peripheral_id="0:3.0" domain_id="1"><iomap mr="r" iovaddr="0x1000" /></io_address_space>
      </system>
      """
    let (result, findings) = try converted(text, from: .v2_3_0, to: .v2_0_1, isLossy: true)
    #expect(findings.map { $0.prefix { $0 != ":" } } == ["3", "4", "6"])
    #expect(result.split(separator: "\n").count == 4)
    #expect(try converted(text, from: .v2_3_0, to: .v2_2_0).findings.count == 1)
  }

  @Test func aGuestOnX86LosesWhatItNeverHad() throws {
    let text = """
      <system><protection_domain name="a"><program_image path="a.elf" />
      <ioport id="2" addr="0x3f8" size="8" />
      <virtual_machine name="v" priority="3"><vcpu id="0" /></virtual_machine>
      </protection_domain></system>
      """
    let (result, findings) = try converted(text, from: .v2_2_0, to: .v2_3_0, isLossy: true)
    #expect(
      findings == [
        "3:27 warning: Microkit 2.3.0 cannot express priority on x86-64: 'v' runs at the priority and on the budget of 'a', as it always did there"
      ])
    #expect(result.contains("<virtual_machine name=\"v\"><vcpu"))
  }

  @Test func aGuestStaysOnItsCore() throws {
    let text = """
      <system><protection_domain name="a" cpu="2"><program_image path="a.elf" />
      <virtual_machine name="v"><vcpu id="0" /><vcpu id="1" cpu="2" /></virtual_machine>
      </protection_domain></system>
      """
    #expect(
      try converted(text, from: .v2_2_0, to: .v2_3_0).text.contains(
        "<vcpu id=\"0\" cpu=\"0\" /><vcpu id=\"1\" cpu=\"2\" />"))
    #expect(
      try converted(text, from: .v2_3_0, to: .v2_2_0).text.contains(
        "<vcpu id=\"0\" cpu=\"2\" /><vcpu id=\"1\" cpu=\"2\" />"))
  }

  @Test func callsThatTheTargetRefusesAreListed() throws {
    let text = """
      <system>
      <protection_domain name="low" priority="3" pp="true"><program_image path="a.elf" /></protection_domain>
      <protection_domain name="high" priority="5" pp="true"><program_image path="b.elf" /></protection_domain>
      <channel><end pd="low" id="0" /><end pd="high" id="0" /></channel>
      </system>
      """
    let (_, findings) = try converted(text, to: .v2_0_1)
    #expect(
      findings == [
        "4:33 error: Microkit 2.0.1 cannot express this right to call: 'high' (priority 5) could not call 'low' (priority 3), which is not more urgent"
      ])
    let (result, _) = try converted(text, to: .v2_0_1, isLossy: true)
    #expect(
      result.contains(
        "<channel><end pd=\"low\" id=\"0\" pp=\"true\" /><end pd=\"high\" id=\"0\" /></channel>"))
  }

  /// What the target refuses for other reasons is said at the place in the old file, although lines
  /// have gone from the new one.
  @Test func whatTheTargetRefusesIsPlacedInTheOldFile() throws {
    let text = """
      <system>
      <memory_region name="r" size="0x1000" />
      <protection_domain name="a" stack_size="0x1000"><program_image path="a.elf" />
      <map mr="r" vaddr="0" />
      </protection_domain>
      <protection_domain name="monitor" fpu="true">
      <program_image path="b.elf" />
      </protection_domain>
      </system>
      """
    let (_, findings) = try converted(
      text.split(separator: " name=\"monitor\"").joined(separator: " name=\"b\""), to: .v1_4_1)
    #expect(findings == ["4:13 error: Microkit 1.4.1 panics on vaddr 0"])
    let old = text.split(separator: " fpu=\"true\"").joined()
    #expect(
      try converted(old, from: .v2_0_1, to: .v2_1_0, isLossy: true).findings == [
        "6:1 error: 'monitor' is the SDK's own protection domain"
      ])
  }

  @Test func aPrefilledRegionGetsTheSizeOfItsFile() throws {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    try Files.replace("\(directory)/f.bin", with: [UInt8](repeating: 1, count: 0x1001))
    let text = """
      <system><memory_region name="r" prefill_path="f.bin" />
      <protection_domain name="a" stack_size="0x1000"><program_image path="a.elf" /></protection_domain></system>
      """
    let (result, _) = try converted(
      text, to: .v2_1_0, isLossy: true, searchPaths: [directory])
    #expect(result.hasPrefix("<system><memory_region name=\"r\" size=\"0x2000\" />"))
    let (_, findings) = try converted(text, to: .v2_1_0, isLossy: true)
    #expect(findings.count == 2)
    #expect(
      findings.first == "1:9 error: Microkit 2.1.0 needs a size, which only the file 'f.bin' tells")
  }
}
