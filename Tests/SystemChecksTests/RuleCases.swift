// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Targets

/// A small invalid file, and the rule that it breaks.
///
/// Each `@` in the text marks the position of a finding, and is removed before checking.
struct RuleCase: Sendable, CustomStringConvertible {
  var rule: String
  var text: String
  /// SDKs that reject it; the others accept it.
  var rejectedBy: [SDKVersion]
  /// What it is checked for.
  var kind: Kind

  /// A kind of target.
  struct Kind: Sendable {
    var architecture = Target.Architecture.aarch64
    var cores = 1
    var hypervisor = true

    static let smp = Kind(cores: 4)
    static let riscv = Kind(architecture: .riscv64, hypervisor: false)
    static let x86 = Kind(architecture: .x86_64, hypervisor: false)
    static let x86Hypervisor = Kind(architecture: .x86_64)
  }

  init(
    _ rule: String, _ text: String, by sdks: [SDKVersion] = SDKVersion.allCases,
    on kind: Kind = Kind()
  ) {
    self.rule = rule
    self.text = text
    rejectedBy = sdks
    self.kind = kind
  }

  /// The target of this kind; nil if an SDK has none.
  func target(_ sdk: SDKVersion) -> Target? {
    Target.kinds(of: sdk).first {
      $0.architecture == kind.architecture && $0.cores == kind.cores
        && $0.hasHypervisor == kind.hypervisor
    }
  }

  var description: String { "\(rule): \(text.prefix(60))" }
}

private let since20 = SDKVersion.allCases.filter { $0 >= .v2_0_1 }
private let since21 = SDKVersion.allCases.filter { $0 >= .v2_1_0 }
private let since231 = SDKVersion.allCases.filter { $0 >= .v2_3_1 }
private let since23 = SDKVersion.allCases.filter { $0 >= .v2_3_0 }

/// A protection domain with `body` inside and `attributes` in its tag.
private func pd(_ name: String, _ attributes: String = "", _ body: String = "") -> String {
  "<protection_domain name=\"\(name)\" \(attributes)><program_image path=\"a.elf\"/>\(body)"
    + "</protection_domain>"
}

private let region = "<memory_region name=\"r\" size=\"0x2000\"/>"

let ruleCases: [RuleCase] = [
  RuleCase("template", pd("a", "priority=\"@{{ priority }}\"")),
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
  RuleCase(
    "empty-region",
    "<memory_region name=\"r\" size=\"0\"/>" + pd("a", "", "@<map mr=\"r\" vaddr=\"0x1000\"/>")),
  RuleCase("empty-region", "<memory_region name=\"r\" size=\"0\"/>" + pd("a"), by: []),
  RuleCase(
    "duplicate-name",
    pd("a", "", "@<virtual_machine name=\"monitor\"><vcpu id=\"0\"/></virtual_machine>"),
    by: since21),
  RuleCase(
    "duplicate-name",
    pd("v_0") + pd("a", "", "<virtual_machine name=\"v\">@<vcpu id=\"0\"/></virtual_machine>"),
    by: since21),
  RuleCase(
    "duplicate-name",
    pd("v_1") + pd("a", "", "<virtual_machine name=\"v\"><vcpu id=\"0\"/></virtual_machine>"),
    by: []),
  RuleCase("duplicate-name", "@" + pd("x") + pd("x_root"), by: since23),
  RuleCase(
    "out-of-range",
    "@<memory_region name=\"r\" size=\"0x1000\" phys_addr=\"0xfffffffffffff000\"/>" + pd("a"),
    by: SDKVersion.allCases.filter { $0 < .v2_1_0 }),
  RuleCase("budget-exceeds-period", pd("a", "budget=\"9\" @period=\"8\"")),
  RuleCase("budget-exceeds-period", pd("a", "@period=\"999\"")),
  RuleCase("duplicate-name", pd("a") + "@" + pd("a")),
  RuleCase("duplicate-name", region + "@" + region + pd("a")),
  RuleCase("duplicate-name", pd("fault_monitor") + pd("a"), by: []),
  RuleCase(
    "duplicate-name",
    "@" + pd("fault_monitor", "", "<virtual_machine name=\"v\"><vcpu id=\"0\"/></virtual_machine>"),
    by: since21),
  // Names are compared byte by byte.
  RuleCase("duplicate-name", pd("\u{e9}") + pd("e\u{301}"), by: []),
  RuleCase(
    "unknown-name",
    "<memory_region name=\"\u{e9}\" size=\"0x1000\"/>"
      + pd("a", "", "@<map mr=\"e\u{301}\" vaddr=\"0x10000\"/>")),
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
    by: since23),
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
    by: since23),
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
  RuleCase(
    "unsupported-target", pd("a", "", "@<ioport id=\"0\" addr=\"0x3f8\" size=\"8\"/>"), by: since21),
  RuleCase(
    "schedule",
    "<domains><domain name=\"d\"/>@<domain_schedule/></domains>" + pd("a", "domain=\"d\""),
    by: since23),
  RuleCase(
    "prefill",
    "<memory_region name=\"r\" size=\"0x1000\" prefill_path=\"f\" @prefill_bootinfo=\"fdt\"/>"
      + pd("a"),
    by: since23),
]

private let line = "<irq id=\"0\" pin=\"4\" vector=\"4\"/>"
private let machine = "<virtual_machine name=\"v\"><vcpu id=\"0\"/></virtual_machine>"

/// What depends on the target.
let targetRuleCases: [RuleCase] = [
  RuleCase("unsupported-target", pd("a", "@cpu=\"4\""), by: since21, on: .smp),
  RuleCase("unsupported-target", pd("a", "@cpu=\"1\""), by: since21, on: .riscv),
  // The kernel keeps 39 bits of a physical address (KernelPaddrUserTop).
  RuleCase(
    "out-of-range",
    "@<memory_region name=\"r\" size=\"0x1000\" phys_addr=\"0x8000000000\"/>" + pd("a"), on: .riscv),
  RuleCase(
    "out-of-range",
    "<memory_region name=\"r\" size=\"0x1000\" phys_addr=\"0x7ffffff000\"/>" + pd("a"), by: [],
    on: .riscv),
  RuleCase(
    "out-of-range",
    "<memory_region name=\"r\" size=\"0x1000\" phys_addr=\"0x8000000000000000\"/>" + pd("a"),
    by: [],
    on: .x86),
  RuleCase("out-of-range", pd("a", "@cpu=\"256\""), by: since21, on: .smp),
  RuleCase(
    "unsupported-target",
    "@<domains><domain name=\"d\"/><domain_schedule><schedule_entry domain=\"d\" duration=\"1 us\"/>"
      + "</domain_schedule></domains>" + pd("a", "domain=\"d\""), by: since23, on: .smp),
  RuleCase("unsupported-target", pd("a", "@smc=\"true\""), by: since20, on: .riscv),
  RuleCase("unsupported-target", pd("a", "", "@" + machine), on: .riscv),
  RuleCase("unsupported-target", pd("a", "", "@" + machine), by: since21, on: .x86),
  RuleCase("unsupported-target", pd("a", "", "@<irq irq=\"4\" id=\"0\"/>"), by: since21, on: .x86),
  RuleCase("unsupported-target", pd("a", "", "@" + line), by: since21),
  RuleCase(
    "unsupported-target",
    pd("a", "", "@<irq id=\"0\" pcidev=\"0:1.0\" handle=\"0\" vector=\"4\"/>"), by: since21,
    on: .riscv),
  RuleCase("missing-attribute", pd("a", "", "@<irq id=\"0\"/>"), by: since21, on: .x86),
  RuleCase(
    "unknown-attribute", pd("a", "", "<irq id=\"0\" pin=\"4\" vector=\"4\" @level=\"1\"/>"),
    by: since21, on: .x86),
  RuleCase(
    "bad-value", pd("a", "", "<irq id=\"0\" pin=\"4\" vector=\"4\" @polarity=\"up\"/>"),
    by: since21, on: .x86),
  RuleCase(
    "bad-number", pd("a", "", "<irq id=\"0\" @pin=\"-1\" vector=\"4\"/>"), by: since21, on: .x86),
  RuleCase(
    "out-of-range", pd("a", "", "<irq id=\"0\" pin=\"1\" @vector=\"108\"/>"), by: since23, on: .x86),
  RuleCase(
    "bad-value",
    pd("a", "", "<irq id=\"0\" @pcidev=\"0:1\" handle=\"0\" vector=\"4\"/>"), by: since21,
    on: .x86),
  RuleCase(
    "bad-value",
    pd("a", "", "<irq id=\"0\" @pcidev=\"0.1:0\" handle=\"0\" vector=\"4\"/>"), by: since23,
    on: .x86),
  RuleCase(
    "out-of-range",
    pd("a", "", "<irq id=\"0\" @pcidev=\"0:20.0\" handle=\"0\" vector=\"4\"/>"), by: since23,
    on: .x86),
  RuleCase(
    "duplicate-interrupt",
    pd("a", "", line + "@<irq id=\"1\" pin=\"5\" vector=\"4\"/>"), by: since21, on: .x86),
  RuleCase(
    "duplicate-interrupt",
    pd("a", "", line) + pd("b", "", "@<irq id=\"1\" pin=\"4\" ioapic=\"0\" vector=\"5\"/>"),
    by: since231, on: .x86),
  RuleCase(
    "duplicate-interrupt",
    pd("a", "", "<irq id=\"0\" pcidev=\"1:2.3\" handle=\"0\" vector=\"0\"/>")
      + pd("b", "", "@<irq id=\"0\" pcidev=\"01:2.3\" handle=\"1\" vector=\"1\"/>"),
    by: since231, on: .x86),
  RuleCase(
    "out-of-range", pd("a", "", "<ioport id=\"0\" addr=\"0\" @size=\"0\"/>"), by: since21, on: .x86),
  RuleCase(
    "duplicate-id",
    pd(
      "a", "",
      "<ioport id=\"0\" addr=\"0\" size=\"1\"/>@<ioport id=\"0\" addr=\"8\" size=\"1\"/>"),
    by: since21, on: .x86),
  RuleCase(
    "overlapping-ports",
    pd("a", "", "<ioport id=\"0\" addr=\"0x3f8\" size=\"8\"/>")
      + pd("b", "", "@<ioport id=\"0\" addr=\"0x3ff\" size=\"1\"/>"), by: since21, on: .x86),
  RuleCase(
    "unsupported-target",
    region + pd("a", "", "@<setvar symbol=\"s\" region_paddr=\"r\"/>"), by: since21, on: .x86),
  RuleCase(
    "unsupported-target",
    pd("a", "", "@<virtual_machine name=\"v\"><vcpu id=\"0\"/><vcpu id=\"1\"/></virtual_machine>"),
    by: since21, on: .x86Hypervisor),
  RuleCase(
    "unknown-attribute",
    pd("a", "", "<virtual_machine name=\"v\" @priority=\"1\"><vcpu id=\"0\"/></virtual_machine>"),
    by: since23, on: .x86Hypervisor),
  RuleCase(
    "out-of-range",
    pd("a", "", "<virtual_machine name=\"v\" @priority=\"255\"><vcpu id=\"0\"/></virtual_machine>"),
    by: since231),
  RuleCase(
    "unsupported-target",
    "@" + pd("a", "", machine + pd("b", "id=\"1\"")), by: since23, on: .x86Hypervisor),
  RuleCase(
    "unsupported-target",
    pd("a", "priority=\"2\"", machine) + pd("b", "priority=\"1\"")
      + "<channel><end pd=\"a\" id=\"1\"/>@<end pd=\"b\" id=\"1\" pp=\"true\"/></channel>",
    by: since23, on: .x86Hypervisor),
  RuleCase(
    "unsupported-target", pd("a") + "@" + space("0:1.0", "1"), by: since23),
  RuleCase(
    "bad-value",
    pd("a") + space("1.0", "1").replacingFirst("peripheral_id", with: "@peripheral_id"),
    by: since23, on: .x86),
  RuleCase(
    "duplicate-id",
    pd("a") + space("0:1.0", "1", name: "x") + "@" + space("00:01.0", "2", name: "y"),
    by: since23, on: .x86),
  RuleCase(
    "duplicate-id",
    pd("a") + space("0:1.0", "1", name: "x") + "@" + space("0:2.0", "0x1", name: "y"),
    by: since23, on: .x86),
  RuleCase(
    "duplicate-name", pd("a") + space("0:1.0", "1") + "@" + space("0:2.0", "2"), by: since23,
    on: .x86),
  RuleCase(
    "unknown-name", pd("a") + space("0:1.0", "1", "@<iomap mr=\"r\" iovaddr=\"0\"/>"), by: since23,
    on: .x86),
  RuleCase(
    "address-too-high",
    region + pd("a") + space("0:1.0", "1", "<iomap mr=\"r\" @iovaddr=\"0x8000000000\"/>"),
    by: since23,
    on: .x86),
  RuleCase(
    "overlapping-maps",
    region + pd("a")
      + space(
        "0:1.0", "1", "<iomap mr=\"r\" iovaddr=\"0\"/>@<iomap mr=\"r\" iovaddr=\"0x1000\"/>"),
    by: since23, on: .x86),
  RuleCase(
    "bad-value",
    region + pd("a") + space("0:1.0", "1", "<iomap mr=\"r\" iovaddr=\"0\" @perms=\"rx\"/>"),
    by: since23, on: .x86),
  RuleCase(
    "bad-value",
    "<memory_region name=\"r\" size=\"0x200000\" page_size=\"0x200000\"/>" + pd("a")
      + space("0:1.0", "1", "@<iomap mr=\"r\" iovaddr=\"0\"/>"), by: since23, on: .x86),
  RuleCase(
    "duplicate-name",
    pd("v_0") + pd("a", "", "<virtual_machine name=\"v\"><vcpu id=\"0\"/></virtual_machine>"),
    by: [],
    on: .x86Hypervisor),
  RuleCase(
    "out-of-range",
    "@<memory_region name=\"r\" size=\"0x1000\" phys_addr=\"0x8000000000\"/>" + pd("a"), on: .riscv),
  RuleCase(
    "address-too-high", region + pd("a", "", "<map mr=\"r\" @vaddr=\"0x3ffffff000\"/>"),
    by: since20,
    on: .riscv),
]

private func space(_ device: String, _ domain: String, _ maps: String = "", name: String = "d")
  -> String
{
  "<io_address_space name=\"\(name)\" peripheral_id=\"\(device)\" domain_id=\"\(domain)\">\(maps)"
    + "</io_address_space>"
}

extension String {
  fileprivate func replacingFirst(_ text: String, with other: String) -> String {
    guard let range = firstRange(of: text) else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
