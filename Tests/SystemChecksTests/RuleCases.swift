// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A small invalid file, and the rule that it breaks.
///
/// Each `@` in the text marks the position of a finding, and is removed before checking.
struct RuleCase: Sendable, CustomStringConvertible {
  var rule: String
  var text: String
  /// SDKs that reject it; the others accept it.
  var rejectedBy: [SDKVersion]

  init(_ rule: String, _ text: String, by sdks: [SDKVersion] = SDKVersion.allCases) {
    self.rule = rule
    self.text = text
    rejectedBy = sdks
  }

  var description: String { "\(rule): \(text.prefix(60))" }
}

private let since20: [SDKVersion] = [.v2_0_1, .v2_1_0, .v2_2_0, .v2_3_0]
private let since21: [SDKVersion] = [.v2_1_0, .v2_2_0, .v2_3_0]

/// A protection domain with `body` inside and `attributes` in its tag.
private func pd(_ name: String, _ attributes: String = "", _ body: String = "") -> String {
  "<protection_domain name=\"\(name)\" \(attributes)><program_image path=\"a.elf\"/>\(body)"
    + "</protection_domain>"
}

private let region = "<memory_region name=\"r\" size=\"0x2000\"/>"

let ruleCases: [RuleCase] = [
  RuleCase("root-element", "@<sistem/>"),
  RuleCase("unknown-element", pd("a") + "@<chanel/>"),
  RuleCase("unknown-element", pd("a", "", "@<mapp/>")),
  RuleCase("unknown-element", "@<virtual_machine name=\"v\"/>" + pd("a")),
  RuleCase(
    "unknown-element", pd("a", "", "@<cspace/>"), by: [.v1_4_1, .v2_0_1, .v2_1_0, .v2_2_0]),
  RuleCase("unknown-attribute", pd("a", "@prio=\"3\"")),
  RuleCase("unknown-attribute", pd("a", "@pp=\"true\""), by: since20),
  RuleCase("unknown-attribute", pd("a", "@smc=\"false\""), by: [.v1_4_1]),
  RuleCase("unknown-attribute", pd("a", "@cpu=\"0\""), by: [.v1_4_1, .v2_0_1]),
  RuleCase(
    "unknown-attribute", pd("a", "@fpu=\"true\""), by: [.v1_4_1, .v2_0_1, .v2_1_0, .v2_2_0]),
  RuleCase("unknown-attribute", pd("a", "@id=\"1\"")),
  RuleCase("missing-attribute", pd("a") + "@<memory_region size=\"0x1000\"/>"),
  RuleCase("missing-attribute", pd("a") + "@<memory_region name=\"r\"/>"),
  RuleCase("missing-attribute", pd("a", "", "@<irq irq=\"4\"/>")),
  RuleCase("missing-element", "@<protection_domain name=\"a\"/>"),
  RuleCase("missing-element", pd("a") + "@<channel><end pd=\"a\" id=\"1\"/></channel>"),
  RuleCase("missing-element", pd("a", "", "@<virtual_machine name=\"v\"/>")),
  RuleCase("repeated-element", pd("a", "", "@<program_image path=\"b.elf\"/>")),
  RuleCase("stray-text", "@words" + pd("a")),
  RuleCase("bad-number", pd("a", "@priority=\"ten\"")),
  RuleCase("bad-number", pd("a", "", "<irq irq=\"4\" @id=\"0x1\"/>")),
  RuleCase("bad-number", pd("a", "", "<irq @irq=\"1_0\" id=\"1\"/>")),
  RuleCase("bad-value", pd("a", "@passive=\"yes\"")),
  RuleCase("bad-value", region + pd("a", "", "<map mr=\"r\" vaddr=\"0x1000\" @perms=\"rwz\"/>")),
  RuleCase("bad-value", region + pd("a", "", "<map mr=\"r\" vaddr=\"0x1000\" @perms=\"w\"/>")),
  RuleCase("bad-value", pd("a", "", "<irq irq=\"4\" id=\"1\" @trigger=\"rising\"/>")),
  RuleCase(
    "bad-value", "<memory_region name=\"r\" size=\"0x8000\" @page_size=\"0x4000\"/>" + pd("a")),
  RuleCase("out-of-range", pd("a", "@priority=\"255\"")),
  RuleCase("out-of-range", pd("a", "@stack_size=\"0x800\"")),
  RuleCase("out-of-range", pd("a", "", "<irq irq=\"4\" @id=\"62\"/>")),
  RuleCase(
    "out-of-range",
    pd(
      "a", "",
      "<protection_domain name=\"k\" @id=\"310\"><program_image path=\"a.elf\"/></protection_domain>"
    )),
  RuleCase(
    "out-of-range",
    pd(
      "a", "",
      "<protection_domain name=\"k\" @id=\"0x100000000\"><program_image path=\"a.elf\"/></protection_domain>"
    ), by: [.v1_4_1, .v2_0_1]),
  RuleCase("out-of-range", region + pd("a", "", "<map mr=\"r\" @vaddr=\"0\"/>"), by: [.v1_4_1]),
  RuleCase("unaligned", pd("a", "@stack_size=\"0x1800\"")),
  RuleCase("unaligned", "<memory_region name=\"r\" @size=\"0x1001\"/>" + pd("a")),
  RuleCase(
    "unaligned", "<memory_region name=\"r\" size=\"0x1000\" @phys_addr=\"0x10\"/>" + pd("a")),
  RuleCase("unaligned", region + pd("a", "", "@<map mr=\"r\" vaddr=\"0x1800\"/>")),
  RuleCase("empty-region", "<memory_region name=\"r\" @size=\"0\"/>" + pd("a")),
  RuleCase("budget-exceeds-period", pd("a", "budget=\"9\" @period=\"8\"")),
  RuleCase("budget-exceeds-period", pd("a", "@period=\"999\"")),
  RuleCase("duplicate-name", pd("a") + "@" + pd("a")),
  RuleCase("duplicate-name", region + "@" + region + pd("a")),
  RuleCase(
    "duplicate-name",
    pd("a", "", "<virtual_machine name=\"v\"><vcpu id=\"0\"/></virtual_machine>")
      + pd("b", "", "@<virtual_machine name=\"v\"><vcpu id=\"1\"/></virtual_machine>"), by: since21),
  RuleCase(
    "duplicate-id",
    pd("a", "", "<irq irq=\"4\" id=\"1\"/>@<irq irq=\"5\" id=\"1\"/>")),
  RuleCase(
    "duplicate-id",
    pd("a", "", "<irq irq=\"4\" id=\"1\"/>") + pd("b")
      + "<channel>@<end pd=\"a\" id=\"1\"/><end pd=\"b\" id=\"1\"/></channel>"),
  RuleCase(
    "duplicate-interrupt",
    pd("a", "", "<irq irq=\"4\" id=\"1\"/>") + pd("b", "", "@<irq irq=\"4\" id=\"1\"/>")),
  RuleCase(
    "duplicate-symbol",
    region
      + pd(
        "a", "",
        "<setvar symbol=\"s\" region_paddr=\"r\"/>@<setvar symbol=\"s\" region_paddr=\"r\"/>")),
  RuleCase(
    "duplicate-slot",
    pd("a", "", "<cspace><cap_tcb slot=\"1\" pd=\"a\"/>@<cap_sc slot=\"1\" pd=\"a\"/></cspace>"),
    by: [.v2_3_0]),
  RuleCase("unknown-name", region + pd("a", "", "@<map mr=\"q\" vaddr=\"0x1000\"/>")),
  RuleCase(
    "unknown-name", pd("a") + "<channel><end pd=\"a\" id=\"1\"/>@<end pd=\"b\" id=\"1\"/></channel>"
  ),
  RuleCase("unknown-name", pd("a", "", "@<setvar symbol=\"s\" region_paddr=\"q\"/>")),
  RuleCase(
    "overlapping-maps",
    region + pd("a", "", "<map mr=\"r\" vaddr=\"0x5000\"/>@<map mr=\"r\" vaddr=\"0x6000\"/>")),
  RuleCase(
    "overlapping-regions",
    "<memory_region name=\"p\" size=\"0x2000\" phys_addr=\"0x1000\"/>"
      + "@<memory_region name=\"q\" size=\"0x1000\" phys_addr=\"0x2000\"/>" + pd("a")),
  RuleCase(
    "address-too-high",
    region + pd("a", "stack_size=\"0x4000\"", "<map mr=\"r\" @vaddr=\"0xffffffc000\"/>"),
    by: since20),
  RuleCase(
    "address-too-high",
    region + pd("a", "stack_size=\"0x4000\"", "@<map mr=\"r\" vaddr=\"0xffffff9000\"/>"),
    by: [.v2_3_0]),
  RuleCase(
    "protected-call-priority",
    pd("a", "priority=\"5\"") + pd("b", "priority=\"5\"")
      + "<channel>@<end pd=\"a\" id=\"1\" pp=\"true\"/><end pd=\"b\" id=\"1\"/></channel>",
    by: since20),
  RuleCase(
    "protected-call-both-ways",
    pd("a", "priority=\"5\"") + pd("b", "priority=\"6\"")
      + "@<channel><end pd=\"a\" id=\"1\" pp=\"true\"/><end pd=\"b\" id=\"1\" pp=\"true\"/></channel>",
    by: since20),
  RuleCase(
    "domain-count", (0..<63).map { pd("a\($0)") }.joined() + "@" + pd("last")),
  RuleCase("reserved-name", "@" + pd("monitor"), by: since21),
  RuleCase("unsupported-target", pd("a", "@smc=\"true\""), by: [.v2_0_1]),
  RuleCase("unsupported-target", pd("a", "@cpu=\"1\""), by: since21),
  RuleCase("unsupported-target", pd("a", "", "@<ioport/>"), by: since21),
  RuleCase(
    "schedule",
    "<domains><domain name=\"d\"/>@<domain_schedule/></domains>" + pd("a", "domain=\"d\""),
    by: [.v2_3_0]),
  RuleCase(
    "prefill",
    "<memory_region name=\"r\" size=\"0x1000\" prefill_path=\"f\" @prefill_bootinfo=\"fdt\"/>"
      + pd("a"),
    by: [.v2_3_0]),
]
