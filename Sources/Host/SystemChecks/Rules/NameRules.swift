// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

/// Checks that names are unique where necessary, and declared where they are used.
func checkNames(_ system: SystemDescription, _ context: inout CheckContext) {
  let domains = system.allProtectionDomains
  if domains.isEmpty {
    context.report(
      .domainCount, at: nil, "the system has no protection domain", fix: "add one")
  } else if domains.count > Limits.domains {
    context.report(
      .domainCount, at: domains[Limits.domains].origin.location,
      "\(domains.count) protection domains; the Microkit tool allows \(Limits.domains)",
      fix: "remove or merge some")
  }
  checkUnique(domains.map { ($0.name, $0.origin) }, "protection domain", &context)
  checkUnique(system.memoryRegions.map { ($0.name, $0.origin) }, "memory region", &context)
  for domain in domains where domain.name == "monitor" && context.sdk >= .v2_1_0 {
    context.report(
      .reservedName, at: domain.origin.location, "'monitor' is the SDK's own protection domain",
      fix: "rename this one")
  }
  checkVirtualMachineNames(domains, &context)
  checkObjectNames(system, domains, &context)
  checkVirtualCPUCount(domains, &context)
  checkUses(of: Set(domains.map(\.name)), in: system, &context)
  checkRegionUses(system, domains, &context)
}

private func checkUnique(
  _ names: [(String, Origin)], _ what: String, _ context: inout CheckContext
) {
  var seen: Set<String> = []
  for (name, origin) in names where !seen.insert(name).inserted {
    context.report(
      .duplicateName, at: origin.location, "a second \(what) named '\(name)'", fix: "rename one")
  }
}

/// Until 2.0, the Microkit tool compares whole virtual machines, including the positions of their
/// maps, so only ones without maps can be equal.
private func checkVirtualMachineNames(
  _ domains: [ProtectionDomain], _ context: inout CheckContext
) {
  var seen: [VirtualMachine] = []
  for machine in domains.compactMap(\.virtualMachine) {
    let others = seen.filter { $0.name == machine.name }
    let clashes =
      context.sdk >= .v2_1_0 ? !others.isEmpty : others.contains(where: { $0.isTwin(of: machine) })
    if clashes {
      context.report(
        .duplicateName, at: machine.origin.location,
        "a second virtual machine named '\(machine.name)'", fix: "rename one")
    }
    seen.append(machine)
  }
}

/// Since 2.1.0, the Microkit tool names each kernel object after its protection domain or virtual
/// machine, and panics if two names meet (capdl/builder.rs).
private func checkObjectNames(
  _ system: SystemDescription, _ domains: [ProtectionDomain], _ context: inout CheckContext
) {
  guard context.sdk >= .v2_1_0 else { return }
  let names = Set(domains.map(\.name))
  func report(_ name: String, _ origin: Origin, _ other: String) {
    context.report(
      .duplicateName, at: origin.location,
      "the Microkit tool panics, since it gives kernel objects of '\(name)' and of \(other) the same name",
      fix: "rename one")
  }
  for machine in domains.compactMap(\.virtualMachine) {
    if names.contains(machine.name) {
      report(machine.name, machine.origin, "the protection domain of that name")
    } else if machine.name == "monitor" {
      report(machine.name, machine.origin, "its own protection domain 'monitor'")
    }
    // On x86, a virtual CPU has no thread of its own.
    guard context.architecture != .x86_64 else { continue }
    for cpu in machine.cpus where names.contains("\(machine.name)_\(cpu.id)") {
      report(
        machine.name, cpu.origin, "protection domain '\(machine.name)_\(cpu.id)'")
    }
  }
  // Endpoints are for callees, parents and monitors of virtual machines.
  let callees = system.channels.flatMap {
    ($0.a.mayCall ? [$0.b.domain] : []) + ($0.b.mayCall ? [$0.a.domain] : [])
  }
  for domain in domains
  where domain.name == "fault_monitor"
    && (callees.contains(domain.name) || !domain.children.isEmpty || domain.virtualMachine != nil)
  {
    report(domain.name, domain.origin, "its own protection domain 'monitor'")
  }
  // Since 2.3.0, each protection domain has two CNodes; the first is named after its "root".
  guard context.sdk >= .v2_3_0 else { return }
  for domain in domains where names.contains("\(domain.name)_root") {
    report(domain.name, domain.origin, "protection domain '\(domain.name)_root'")
  }
}

/// The monitor has room for the names of so many virtual CPUs (util.rs since 2.1.0).
private func checkVirtualCPUCount(
  _ domains: [ProtectionDomain], _ context: inout CheckContext
) {
  guard context.sdk >= .v2_1_0 else { return }
  let cpus = domains.compactMap(\.virtualMachine).flatMap(\.cpus)
  guard cpus.count > Limits.virtualCPUs, context.architecture == .aarch64 else { return }
  context.report(
    .outOfRange, at: cpus[Limits.virtualCPUs].origin.location,
    "\(cpus.count) virtual CPUs; the Microkit tool panics on more than \(Limits.virtualCPUs)",
    fix: "use fewer")
}

extension VirtualMachine {
  fileprivate func isTwin(of other: VirtualMachine) -> Bool {
    let budgets = (budget?.rawValue ?? 1000, other.budget?.rawValue ?? 1000)
    let periods = (period?.rawValue ?? budgets.0, other.period?.rawValue ?? budgets.1)
    return maps.isEmpty && other.maps.isEmpty && cpus.map(\.id) == other.cpus.map(\.id)
      && (priority ?? 0) == (other.priority ?? 0) && budgets.0 == budgets.1
      && periods.0 == periods.1
  }
}

private func checkUses(
  of names: Set<String>, in system: SystemDescription, _ context: inout CheckContext
) {
  var guesses = NameGuesses(names.sorted())
  func check(_ name: String, _ origin: Origin) {
    if names.contains(name) { return }
    context.report(
      .unknownName, at: origin.location, "there is no protection domain '\(name)'",
      fix: guesses.nearest(to: name).map { "did you mean '\($0)'?" })
  }
  for end in system.channels.flatMap(\.ends) { check(end.domain, end.origin) }
  for capability in system.allProtectionDomains.flatMap(\.capabilities) {
    check(capability.domain, capability.origin)
  }
}

private func checkRegionUses(
  _ system: SystemDescription, _ domains: [ProtectionDomain], _ context: inout CheckContext
) {
  let regions = Dictionary(
    system.memoryRegions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  var guesses = NameGuesses(regions.keys.sorted())
  func check(_ name: String, _ origin: Origin) {
    if regions[name] != nil { return }
    context.report(
      .unknownName, at: origin.location, "there is no memory region '\(name)'",
      fix: guesses.nearest(to: name).map { "did you mean '\($0)'?" })
  }
  for domain in domains {
    for map in domain.maps + (domain.virtualMachine?.maps ?? []) {
      check(map.region, map.origin)
      if map.prefillSizeSymbol != nil, let region = regions[map.region],
        region.prefillPath == nil
      {
        context.report(
          .prefill, at: map.origin.location,
          "setvar_prefill_size on '\(map.region)', which is not prefilled",
          fix: "add prefill_path to the region, or remove the attribute")
      }
    }
    for symbol in domain.physicalAddressSymbols { check(symbol.region, symbol.origin) }
  }
}

/// Guesses what unknown names were meant to be, until that has taken too long: its time grows with
/// the product of mistakes and names.
struct NameGuesses {
  private let names: [String]
  private var comparisonsLeft = 20_000

  init(_ names: [String]) { self.names = names }

  mutating func nearest(to name: String) -> String? {
    if comparisonsLeft <= 0 { return nil }
    comparisonsLeft -= names.count
    return nearestName(to: name, in: names)
  }
}
