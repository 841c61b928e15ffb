// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel
import TestSupport
import Testing

@testable import SystemChecks

@Suite struct ImageTests {
  private func messages(
    _ stub: StubELF?, _ map: String = "", sdk: SDKVersion = .v2_0_1
  ) throws -> [String] {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    if let stub { try Files.replace("\(directory)/a.elf", with: stub.bytes) }
    let text = """
      <system><memory_region name="r" size="0x1000"/><protection_domain name="a">\
      <program_image path="a.elf"/>\(map)</protection_domain></system>
      """
    let system = try loadSystem(Array(text.utf8), file: "f", sdk: sdk).description
    return checkImages(system, file: "f", sdk: sdk, searchPaths: [directory]).map { finding in
      finding.message.split(separator: directory).joined()
    }
  }

  @Test(arguments: SDKVersion.allCases) func aStubIsFine(_ sdk: SDKVersion) throws {
    #expect(try messages(StubELF(), sdk: sdk) == [])
  }

  @Test func aMissingImageIsOneFinding() throws {
    let found = try messages(nil)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("there is no image 'a.elf' in ") == true)
  }

  @Test func requiredSymbolsDependOnTheSDK() throws {
    var stub = StubELF()
    stub.without = ["microkit_pps", "microkit_ioports"]
    #expect(try messages(stub, sdk: .v1_4_1) == [])
    #expect(try messages(stub, sdk: .v2_0_1) == ["/a.elf has no symbol 'microkit_pps'"])
    #expect(try messages(stub, sdk: .v2_1_0).count == 2)
  }

  @Test func symbolsOfIOPortsAreSetToo() throws {
    let ports =
      "<ioport id=\"0\" addr=\"0x3f8\" size=\"8\" setvar_id=\"port\" setvar_addr=\"base\"/>"
    #expect(
      try messages(StubELF(), ports, sdk: .v2_3_0) == [
        "/a.elf has no symbol 'port'", "/a.elf has no symbol 'base'",
      ])
  }

  @Test func symbolsThatAreSetNeedRoom() throws {
    let map = "<map mr=\"r\" vaddr=\"0x10000000\" setvar_vaddr=\"base\"/>"
    let small = StubELF(variables: [.init("base", [0, 0, 0, 0])])
    let exact = StubELF(variables: [.init("base", [UInt8](repeating: 0, count: 8))])
    let large = StubELF(variables: [.init("base", [UInt8](repeating: 0, count: 16))])
    #expect(try messages(StubELF(), map) == ["/a.elf has no symbol 'base'"])
    #expect(
      try messages(small, map) == [
        "symbol 'base' of /a.elf has 4 bytes, but the Microkit tool needs 8"
      ])
    #expect(try messages(exact, map) == [])
    #expect(try messages(large, map) == [])
    #expect(try messages(large, map, sdk: .v2_1_0).count == 1)
  }

  @Test func nothingIsMappedOverTheImage() throws {
    let map = "<map mr=\"r\" vaddr=\"0x200000\"/>"
    #expect(try messages(StubELF(), map, sdk: .v1_4_1) == [])
    #expect(
      try messages(StubELF(), map) == [
        "'r' at 0x200000 overlaps a segment of /a.elf at 0x200000"
      ])
    // For 2.1.0, adjacent ranges overlap.
    let below = "<map mr=\"r\" vaddr=\"0x1ff000\"/>"
    #expect(try messages(StubELF(), below, sdk: .v2_0_1) == [])
    #expect(try messages(StubELF(), below, sdk: .v2_1_0).count == 1)
  }

  @Test func aFileThatIsNotAnImageIsNamed() throws {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    try Files.replace("\(directory)/a.elf", with: Array("no ELF".utf8))
    let text =
      "<system><protection_domain name=\"a\"><program_image path=\"a.elf\"/></protection_domain></system>"
    let system = try loadSystem(Array(text.utf8), file: "f", sdk: nil).description
    let found = checkImages(system, file: "f", sdk: .newest, searchPaths: [directory])
    #expect(found.count == 1)
    #expect(found.first?.message.contains("a.elf") == true)
  }
}
