// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML
import TestSupport
import Testing

@testable import SystemChecks

/// Damaged files never cause a crash. `SERVAL_FUZZ_ITERATIONS` lengthens the test.
@Suite struct HostileFileTests {
  static let seed = """
    <?xml version="1.0"?>
    <system><memory_region name="r" size="0x2000" phys_addr="0x9000000"/>
    <domains><domain name="d" id="1"/><domain_schedule start_index="0"><schedule_entry domain="d" duration="5 us"/>
    </domain_schedule></domains>
    <protection_domain name="a" priority="9" domain="d" stack_size="0x2000" budget="5" period="9"><program_image path="a.elf"/>
    <map mr="r" vaddr="0xfffffff000" perms="rw" cached="false" setvar_vaddr="s" setvar_size="t"/>
    <irq irq="33" id="1"/><setvar symbol="u" region_paddr="r"/><cspace><cap_tcb slot="1" pd="b"/></cspace>
    <virtual_machine name="v"><vcpu id="3"/><map mr="r" vaddr="0x1000"/></virtual_machine>
    <protection_domain name="b" id="2" domain="d"><program_image path="b.elf"/></protection_domain></protection_domain>
    <channel><end pd="a" id="2" pp="false"/><end pd="b" id="0" notify="true" setvar_id="w"/></channel></system>
    """

  private func run(_ bytes: [UInt8]) {
    for sdk in [SDKVersion.v1_4_1, .v2_0_1, .v2_3_0] {
      guard let root = try? parseXML(bytes, file: "f") else { continue }
      let result = checkAsking(root, sdk: sdk, target: .qemu).result
      // A finding that follows from another one is left out, but never the last error.
      let all = everyFinding(root, sdk: sdk, target: .qemu).context.findings
      #expect(result.isAccepted == !all.contains { $0.severity == .error })
      if let system = result.description {
        _ = lint(system, sdk: sdk, target: .qemu, broken: result.broken)
        _ = checkImages(system, file: "f", sdk: sdk, searchPaths: ["/nonexistent"])
        _ = try? SystemXMLRenderer(sdk: sdk).render(system)
      }
    }
  }

  @Test func everyTruncation() {
    let bytes = Array(Self.seed.utf8)
    for length in bytes.indices {
      // Only the complete file is well-formed.
      #expect(throws: XMLError.self) {
        try check(Array(bytes[..<length]), file: "f", sdk: .newest)
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func manyMistakesInManyNames() {
    let regions = (0..<2000).map { "<memory_region name=\"region\($0)\" size=\"0x1000\"/>" }
    let maps = (0..<2000).map { "<map mr=\"regoin\($0)\" vaddr=\"\(0x10000 + $0 * 0x1000)\"/>" }
    let text =
      "<system>" + regions.joined() + "<protection_domain name=\"a\"><program_image path=\"a\"/>"
      + maps.joined() + "</protection_domain></system>"
    run(Array(text.utf8))
  }

  @Test func mutations() {
    let iterations = fuzzIterations(2000)
    let seed = Array(Self.seed.utf8)
    let pieces = [
      "0", "0xffffffffffffffff", "\"", "<", ">", "r", "a", "18446744073709551615", "-1", "&amp;",
    ]
    var random = SeededGenerator(seed: 1)
    for _ in 0..<iterations {
      var bytes = seed
      for _ in 0...random.below(4) {
        let at = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[at] = UInt8(random.below(256))
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(20)))
        case 2: bytes.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: at)
        default:
          // Replace the value of an attribute.
          guard let open = bytes[at...].firstIndex(of: UInt8(ascii: "\"")),
            let close = bytes[(open + 1)...].firstIndex(of: UInt8(ascii: "\""))
          else { continue }
          bytes.replaceSubrange(
            open + 1..<close, with: Array(pieces[random.below(pieces.count)].utf8))
        }
        if bytes.isEmpty { bytes = seed }
      }
      run(bytes)
    }
  }
}
