// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

extension SchemaConverter {
  mutating func protectionDomain(_ element: XMLElement, parent: String?) {
    let name = element.attribute("name")?.value ?? ""
    let domain = domains[name]
    if source.declaresProtectedCallsOnCallee != target.declaresProtectedCallsOnCallee {
      removeAttribute("pp", of: element)
      if target.declaresProtectedCallsOnCallee, callees.contains(name) {
        edits.add("pp", "true", to: element)
      }
    }
    if source.defaultStackSize != target.defaultStackSize, element.attribute("stack_size") == nil {
      edits.add("stack_size", source.defaultStackSize.description, to: element)
    }
    // The kernels of 2.0 refuse it, although the schema has it.
    let smc = domain?.smc == true
    dropAttribute(
      "smc", of: element, since: smc ? .v2_1_0 : .v2_0_1,
      smc ? "'\(name)' could not make secure monitor calls" : nil)
    dropAttribute(
      "cpu", of: element, since: .v2_1_0,
      domain?.cpu ?? 0 > 0 ? "'\(name)' would run on the only core" : nil)
    // That of <domains> is the loss.
    dropAttribute("domain", of: element, since: .v2_3_0, nil)
    dropAttribute(
      "fpu", of: element, since: .v2_3_0,
      domain?.fpu == false ? "'\(name)' could use the floating-point unit" : nil)
    if let parent {
      dropSymbol(
        "setvar_id", of: element, since: .v2_1_0, in: parent, value: domain?.childID?.description)
    }
    warnOfCutName(name, at: element)
    for child in element.children { part(child, of: name) }
  }

  private mutating func part(_ element: XMLElement, of domain: String) {
    switch element.name {
    case "protection_domain": protectionDomain(element, parent: domain)
    case "program_image":
      let path = element.attribute("path")?.value ?? ""
      dropAttribute(
        "path_for_symbols", of: element, since: .v2_2_0,
        "the symbols of '\(domain)' would be looked up in '\(path)'",
        remedy: "keep the symbols in '\(path)'")
    case "map": map(element, of: domain)
    case "irq": interrupt(element, of: domain)
    case "ioport":
      let address = element.attribute("addr")?.value ?? ""
      dropElement(
        element, since: .v2_1_0, "'\(domain)' could not use the I/O ports at \(address)")
    case "virtual_machine": virtualMachine(element, of: domain)
    case "cspace": cspace(element, of: domain)
    default: break
    }
  }

  private mutating func map(_ element: XMLElement, of domain: String) {
    let region = element.attribute("mr")?.value ?? ""
    dropSymbol(
      "setvar_size", of: element, since: .v2_0_1, in: domain,
      value: regions[region]?.size?.description)
    dropSymbol("setvar_prefill_size", of: element, since: .v2_2_0, in: domain, value: nil)
  }

  private mutating func interrupt(_ element: XMLElement, of domain: String) {
    guard element.attribute("irq") != nil else {
      return dropElement(
        element, since: .v2_1_0, "'\(domain)' would not receive this interrupt of x86-64")
    }
    dropSymbol(
      "setvar_id", of: element, since: .v2_1_0, in: domain, value: element.attribute("id")?.value)
  }

  private mutating func virtualMachine(_ element: XMLElement, of domain: String) {
    let name = element.attribute("name")?.value ?? ""
    if usesX86, source < .v2_3_0, target >= .v2_3_0 {
      // Tools before 2.3.0 read them and do nothing with them (builder.rs).
      for attribute in element.attributes where attribute.name != "name" {
        edits.remove(attribute)
        lose(
          "\(attribute.name) on x86-64", at: attribute.location,
          "'\(name)' runs at the priority and on the budget of '\(domain)', as it always did there")
      }
    }
    var isFirst = true
    for cpu in element.children where cpu.name == "vcpu" {
      let id = cpu.attribute("id")?.value ?? ""
      if !isFirst, target < .v2_0_1 {
        dropElement(cpu, since: .v2_0_1, "'\(name)' would have one CPU, and not vcpu \(id)")
        continue
      }
      isFirst = false
      let core = core(of: cpu, id, in: domain)
      dropAttribute(
        "cpu", of: cpu, since: .v2_1_0,
        core > 0 ? "vcpu \(id) of '\(name)' would run on the only core" : nil)
      dropSymbol("setvar_id", of: cpu, since: .v2_1_0, in: domain, value: id)
    }
  }

  /// The core of a vCPU, which is written down if the target has another default: since 2.3.0, the
  /// monitor's core.
  private mutating func core(of element: XMLElement, _ id: String, in domain: String) -> UInt8 {
    guard let monitor = domains[domain],
      let cpu = monitor.virtualMachine?.cpus.first(where: { "\($0.id)" == id })
    else { return 0 }
    let core = cpu.effectiveCPU(monitor: monitor, sdk: source)
    if target >= .v2_1_0, core != cpu.effectiveCPU(monitor: monitor, sdk: target) {
      edits.add("cpu", "\(core)", to: element)
    }
    return core
  }

  /// Whether only x86-64 can take the system.
  private var usesX86: Bool {
    domains.values.contains { domain in
      !domain.ioPorts.isEmpty || domain.interrupts.contains { $0.number == nil }
    }
  }

  private mutating func cspace(_ element: XMLElement, of domain: String) {
    guard target < .v2_3_0 else { return }
    edits.remove(element)
    for capability in element.children {
      let (slot, owner) = (capability.attribute("slot")?.value, capability.attribute("pd")?.value)
      lose(
        "<\(capability.name)>", at: capability.location,
        "'\(domain)' would have no capability to '\(owner ?? "")' in slot \(slot ?? "")")
    }
  }

  /// A program and the monitor see only the first bytes of a longer name.
  private mutating func warnOfCutName(_ name: String, at element: XMLElement) {
    let (old, new) = (source.visibleNameLength, target.visibleNameLength)
    guard new < old, name.utf8.count > new else { return }
    let visible = String(decoding: name.utf8.prefix(new), as: UTF8.self)
    findings.append(
      Finding(
        rule: "name-cut", severity: .warning, at: .source(element.location),
        "in Microkit \(target), '\(name)' sees only '\(visible)' as its name",
        fix: "shorten the name to \(new) bytes if the program or a log depends on it"))
  }
}
