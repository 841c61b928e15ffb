// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Checks that identifiers of channels, interrupts, children and vCPUs are unique in their domain,
/// and interrupts unique in the system.
func checkIdentifiers(_ system: SystemDescription, _ context: inout CheckContext) {
  var interrupts: [IRQNumber: String] = [:]
  var vectors: [UInt64: String] = [:]
  var sources: [X86Source: String] = [:]
  var used: [String: Set<ChannelID>] = [:]
  for domain in system.allProtectionDomains {
    checkChildren(of: domain, &context)
    for interrupt in domain.interrupts {
      if let number = interrupt.number,
        let owner = interrupts.updateValue(domain.name, forKey: number)
      {
        context.report(
          .duplicateInterrupt, at: interrupt.origin.location,
          "interrupt \(number) already belongs to '\(owner)'", fix: "remove one")
      }
      if let vector = interrupt.vector, let owner = vectors.updateValue(domain.name, forKey: vector)
      {
        context.report(
          .duplicateInterrupt, at: interrupt.origin.location,
          "vector \(vector) already belongs to '\(owner)'", fix: "use another vector")
      }
      if context.sdk >= .v2_3_1, let source = X86Source(interrupt.source),
        let owner = sources.updateValue(domain.name, forKey: source)
      {
        context.report(
          .duplicateInterrupt, at: interrupt.origin.location,
          "\(source) already belongs to '\(owner)'; the kernel would keep the last one only",
          fix: "remove one")
      }
      if !used[domain.name, default: []].insert(interrupt.id).inserted {
        reportDuplicate(interrupt.id, of: domain.name, at: interrupt.origin, &context)
      }
    }
    checkSlots(of: domain, &context)
  }
  for channel in system.channels {
    // Look up both ends before recording either: the Microkit tool lets a domain use one identifier
    // for both ends of a channel to itself.
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
  var seen: Set<ChildID> = []
  let cpus = Set(domain.virtualMachine?.cpus.map { ChildID(UInt64($0.id.rawValue)) } ?? [])
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
      "slot \(capability.slot) of '\(domain.name)' is already in use", fix: "use another slot")
  }
}

/// What raises an x86 interrupt: the kernel has one entry for each pin and each PCI device, which a
/// second vector overwrites (microkit#598).
private enum X86Source: Hashable, CustomStringConvertible {
  case pin(UInt64, ioAPIC: UInt64)
  case device(PCIAddress)

  init?(_ source: Interrupt.Source) {
    switch source {
    case .line: return nil
    case .ioAPIC(let attributes):
      guard let pin = attributes["pin"].flatMap({ parseDecimal($0, isSigned: true) }),
        let chip = parseDecimal(attributes["ioapic"] ?? "0", isSigned: true)
      else { return nil }
      self = .pin(pin, ioAPIC: chip)
    case .messageSignalled(let attributes):
      guard let device = attributes["pcidev"].flatMap({ PCIAddress($0, isLenient: false) })
      else { return nil }
      self = .device(device)
    }
  }

  var description: String {
    switch self {
    case .pin(let pin, let chip): "pin \(pin) of I/O APIC \(chip)"
    case .device(let device):
      "PCI device \(String(device.bus, radix: 16)):\(String(device.device, radix: 16)).\(device.function)"
    }
  }
}
