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
    if context.sdk >= .v2_1_0, domains.contains(where: { $0.name == machine.name }) {
      context.report(
        .duplicateName, at: machine.origin.location,
        "'\(machine.name)' is also the name of a protection domain, on which the Microkit tool panics",
        fix: "rename the virtual machine")
    }
    seen.append(machine)
  }
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
