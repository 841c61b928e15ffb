// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel
import TestSupport
import Testing

@testable import SystemChecks

/// Prefilled regions, as the real tools of 2.2.0 and 2.3.0 judge them.
@Suite struct PrefillTests {
  private static let maps = [
    "one": "<map mr=\"r\" vaddr=\"0x10000000\"/>",
    "adjacent": "<map mr=\"r\" vaddr=\"0x10000000\"/><map mr=\"r\" vaddr=\"0x10001000\"/>",
    "odd": "<map mr=\"r\" vaddr=\"0x10001000\"/>", "none": "",
  ]

  private func messages(
    _ attributes: String, maps: String = "one", sdk: SDKVersion = .v2_3_0
  ) throws -> [String] {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    for (name, length) in [("small", 100), ("page", 4096), ("pages", 5000), ("empty", 0)] {
      try Files.replace("\(directory)/\(name)", with: [UInt8](repeating: 7, count: length))
    }
    let text = """
      <system><memory_region name="r" \(attributes)/><protection_domain name="a">\
      <program_image path="a.elf"/>\(Self.maps[maps] ?? "")</protection_domain></system>
      """
    let path = SearchPath([directory], sdk: sdk)
    let result = try check(Array(text.utf8), file: "f", sdk: sdk, searchPath: path)
    return result.findings.map { $0.message.replacing(directory, with: "DIR") }
  }

  @Test(
    arguments: [
      ("prefill_path=\"small\"", "one", nil),
      ("prefill_path=\"small\" page_size=\"0x200000\"", "one", nil),
      ("prefill_path=\"small\" size=\"0x1000\"", "one", nil),
      // A file that ends where the last page begins is enough.
      ("prefill_path=\"page\" size=\"0x2000\"", "one", nil),
      ("prefill_path=\"small\" size=\"0x200000\"", "one", nil),
      ("prefill_path=\"nowhere\"", "one", "there is no file 'nowhere' to prefill 'r' in DIR"),
      ("prefill_path=\"\"", "one", "the file '' that prefills 'r' cannot be read: is a directory"),
      ("prefill_path=\"empty\"", "one", "the file 'empty' that prefills 'r' is empty"),
      (
        "prefill_path=\"pages\" size=\"0x1000\"", "one",
        "the file 'pages' has 0x1388 bytes, more than the 0x1000 of 'r'"
      ),
      (
        "prefill_path=\"small\" size=\"0x2000\"", "one",
        "the file 'small' ends before the last page of 'r', on which Microkit 2.3.0 panics"
      ),
      (
        "prefill_path=\"page\" size=\"0x3000\"", "one",
        "the file 'page' ends before the last page of 'r', on which Microkit 2.3.0 panics"
      ),
      // Pages are large only if every address allows them.
      (
        "prefill_path=\"small\" size=\"0x200000\"", "odd",
        "the file 'small' ends before the last page of 'r', on which Microkit 2.3.0 panics"
      ),
      (
        "prefill_path=\"small\" size=\"0x200000\" page_size=\"0x1000\"", "none",
        "the file 'small' ends before the last page of 'r', on which Microkit 2.3.0 panics"
      ),
      ("prefill_path=\"small\"", "adjacent", nil),
      (
        "prefill_path=\"pages\"", "adjacent",
        "'r' at [0x10001000, 0x10003000) overlaps 'r' at [0x10000000, 0x10002000) in protection domain 'a'"
      ),
      ("prefill_bootinfo=\"fdt\"", "adjacent", nil),
      (
        "prefill_bootinfo=\"fdt\" page_size=\"0x200000\"", "odd",
        "vaddr 0x10001000 is not a multiple of the page size 0x200000 of 'r'"
      ),
    ] as [(String, String, String?)])
  func verdicts(_ attributes: String, _ maps: String, _ message: String?) throws {
    #expect(try messages(attributes, maps: maps) == (message.map { [$0] } ?? []))
  }

  @Test func oldSDKsDoNotLook() throws {
    #expect(try messages("prefill_path=\"nowhere\"", sdk: .v2_2_0).count == 1)
    let old = try messages("prefill_path=\"nowhere\" size=\"0x1000\"", sdk: .v2_1_0)
    #expect(old == ["<memory_region> has no attribute 'prefill_path' in Microkit SDK 2.1.0"])
  }

  @Test func withoutASearchPathNothingIsLookedAt() throws {
    let text = """
      <system><memory_region name="r" prefill_path="nowhere"/><protection_domain name="a">\
      <program_image path="a.elf"/></protection_domain></system>
      """
    #expect(try check(Array(text.utf8), file: "f", sdk: .v2_3_0).findings == [])
  }

  @Test func theOrderOfTheSearchIsThatOfTheTool() throws {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    // A file that is in the current directory of every test run, too.
    try Files.replace("\(directory)/Package.swift", with: [1])
    try #require(Files.exists("Package.swift"))
    #expect(SearchPath([directory], sdk: .v2_2_0).find("Package.swift") == "Package.swift")
    #expect(
      SearchPath([directory], sdk: .v2_3_0).find("Package.swift") == "\(directory)/Package.swift")
  }
}
