// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Testing

@testable import SystemChecks

/// Lints of a file give positions in it.
@Suite struct LintsOfFilesTests {
  @Test func findingsPointAtTheirElements() throws {
    let file = """
      <system>
        <memory_region name="regs" size="0x1000" phys_addr="0x9000000" />
        <memory_region name="spare" size="0x1000" />
        <protection_domain name="driver" priority="10">
          <program_image path="driver.elf" />
          <map mr="regs" vaddr="0x2000000" perms="rw" />
          <irq irq="33" id="0" />
        </protection_domain>
        <protection_domain name="lonely" passive="true">
          <program_image path="lonely.elf" />
        </protection_domain>
      </system>
      """
    for sdk in SDKVersion.allCases {
      let system = try #require(
        try check(Array(file.utf8), file: "x.system", sdk: sdk).description)
      let places = lint(system, sdk: sdk, target: .qemu).map { finding -> String in
        guard case .source(let location)? = finding.place else { return finding.rule }
        return "\(location.line) \(finding.rule)"
      }
      #expect(
        places == [
          "3 unused-region", "9 passive-never-called", "6 device-mapped-cached",
        ], "SDK \(sdk)")
    }
  }
}
