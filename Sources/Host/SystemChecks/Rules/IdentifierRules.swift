// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Identifiers of channels, interrupts, children and vCPUs: unique in their domain. Interrupts: unique
/// in the system.
func checkIdentifiers(_ system: SystemDescription, _ context: inout CheckContext) {
  var interrupts: [IRQNumber: String] = [:]
  var used: [String: Set<ChannelID>] = [:]
  for domain in system.allProtectionDomains {
    checkChildren(of: domain, &context)
    for interrupt in domain.interrupts {
      if let number = interrupt.number,
        let owner = interrupts.updateValue(domain.name, forKey: number)
      {
        context.report(
          .duplicateInterrupt, at: interrupt.origin.location,
          "interrupt \(number) belongs to '\(owner)' already", fix: "remove one")
      }
      if !used[domain.name, default: []].insert(interrupt.id).inserted {
        reportDuplicate(interrupt.id, of: domain.name, at: interrupt.origin, &context)
      }
    }
    checkSlots(of: domain, &context)
  }
  for channel in system.channels {
    // Both ends are looked up before either counts: the tool lets one domain use one identifier twice
    // in one channel with itself.
    for end in channel.ends where used[end.domain, default: []].contains(end.id) {
      reportDuplicate(end.id, of: end.domain, at: end.origin, &context)
    }
    for end in channel.ends { used[end.domain, default: []].insert(end.id) }
  }
}

private func reportDuplicate(
  _ id: ChannelID, of domain: String, at origin: Origin, _ context: inout CheckContext
) {
  context.report(
    .duplicateID, at: origin.location,
    "'\(domain)' uses identifier \(id) for a second channel or interrupt",
    fix: "use an identifier that is free")
}

private func checkChildren(of domain: ProtectionDomain, _ context: inout CheckContext) {
  var seen: Set<ChannelID> = []
  let cpus = Set(domain.virtualMachine?.cpus.map(\.id) ?? [])
  for child in domain.children {
    guard let id = child.childID else { continue }
    if !seen.insert(id).inserted || cpus.contains(id) {
      context.report(
        .duplicateID, at: child.origin.location,
        "'\(domain.name)' has a second child or vCPU with identifier \(id)",
        fix: "use an identifier that is free")
    }
  }
}

private func checkSlots(of domain: ProtectionDomain, _ context: inout CheckContext) {
  var seen: Set<UInt64> = []
  for capability in domain.capabilities where !seen.insert(capability.slot).inserted {
    context.report(
      .duplicateSlot, at: capability.origin.location,
      "slot \(capability.slot) of '\(domain.name)' is taken", fix: "use another slot")
  }
}
