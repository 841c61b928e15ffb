// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension Entity {
  /// All parts of a system, in a normal form: absent attributes have the Microkit tool's defaults,
  /// and the ends of a channel are ordered by name.
  static func all(of system: SystemDescription, sdk: SDKVersion) -> [Entity] {
    var entities = system.memoryRegions.map(region)
    func add(_ domain: ProtectionDomain, parent: String?) {
      entities.append(self.domain(domain, parent: parent, sdk: sdk))
      entities += parts(of: domain, sdk: sdk)
      domain.children.forEach { add($0, parent: domain.name) }
    }
    system.protectionDomains.forEach { add($0, parent: nil) }
    entities += system.channels.map(channel)
    if let schedule = system.domainSchedule { entities.append(self.schedule(schedule)) }
    entities += system.ioAddressSpaces.flatMap(ioAddressSpace)
    return entities
  }

  private static func region(_ region: MemoryRegion) -> Entity {
    Entity(
      .memoryRegion, region.name,
      [
        ("size", region.size?.description), ("page_size", region.pageSize?.byteCount.description),
        ("phys_addr", region.physicalAddress?.description), ("prefill_path", region.prefillPath),
        ("prefill_bootinfo", region.prefillBootInfo),
      ])
  }

  private static func domain(
    _ domain: ProtectionDomain, parent: String?, sdk: SDKVersion
  ) -> Entity {
    Entity(
      .protectionDomain, domain.name,
      [
        ("image", domain.image.path), ("symbols", domain.image.symbolsPath), ("parent", parent),
        ("id", domain.childID?.description), ("setvar_id", domain.childIDSymbol),
        ("priority", domain.effectivePriority.description),
        ("budget", domain.effectiveBudget.description),
        ("period", domain.effectivePeriod.description), ("passive", flag(domain.passive)),
        ("stack_size", domain.effectiveStackSize(sdk: sdk).description), ("smc", flag(domain.smc)),
        ("cpu", "\(domain.cpu ?? 0)"), ("domain", domain.schedulingDomain),
        ("fpu", flag(domain.fpu ?? true)),
      ])
  }

  private static func parts(of domain: ProtectionDomain, sdk: SDKVersion) -> [Entity] {
    let name = domain.name
    var entities = domain.maps.map { map($0, .map, in: name) }
    entities += domain.interrupts.map { interrupt($0, in: name) }
    entities += domain.physicalAddressSymbols.map {
      Entity(.setvar, $0.symbol, in: name, [("region_paddr", $0.region)])
    }
    entities += domain.ioPorts.map {
      Entity(
        .ioPort, hexadecimal($0.address), in: name,
        [
          ("id", $0.id.description), ("size", hexadecimal($0.size)), ("setvar_id", $0.idSymbol),
          ("setvar_addr", $0.addressSymbol),
        ])
    }
    entities += domain.capabilities.map {
      Entity(.capability, "\($0.kind.rawValue) of \($0.domain)", in: name, [("slot", "\($0.slot)")])
    }
    guard let machine = domain.virtualMachine else { return entities }
    entities.append(
      Entity(
        .virtualMachine, machine.name, in: name,
        [
          ("priority", machine.effectivePriority.description),
          ("budget", machine.effectiveBudget.description),
          ("period", machine.effectivePeriod.description),
        ]))
    entities += machine.cpus.map {
      Entity(
        .virtualCPU, $0.id.description, in: name,
        [
          ("cpu", "\($0.effectiveCPU(monitor: domain, sdk: sdk))"), ("setvar_id", $0.idSymbol),
        ])
    }
    return entities + machine.maps.map { map($0, .guestMap, in: name) }
  }

  private static func map(_ map: Map, _ subject: Change.Subject, in domain: String) -> Entity {
    Entity(
      subject, map.region, in: domain,
      [
        ("vaddr", map.address.description), ("perms", map.permissions.description),
        ("cached", flag(map.cached)), ("setvar_vaddr", map.addressSymbol),
        ("setvar_size", map.sizeSymbol), ("setvar_prefill_size", map.prefillSizeSymbol),
      ])
  }

  private static func channel(_ channel: Channel) -> Entity {
    let ends = channel.ends.sorted {
      ($0.domain, $0.id.rawValue) < ($1.domain, $1.id.rawValue)
    }
    let sameName = channel.a.domain == channel.b.domain
    return Entity(
      .channel, ends.map(\.domain).joined(separator: " - "),
      ends.enumerated().flatMap { index, end -> [(String, String?)] in
        let name = sameName ? "\(end.domain) (\(index))" : end.domain
        return [
          ("id of \(name)", end.id.description), ("pp of \(name)", flag(end.mayCall)),
          ("notify of \(name)", flag(end.mayNotify)), ("setvar_id of \(name)", end.idSymbol),
        ]
      })
  }

  /// The order of entries matters, that of domains does not.
  private static func schedule(_ schedule: DomainSchedule) -> Entity {
    let domains = schedule.domains.map { $0.name + ($0.id.map { " \($0)" } ?? "") }.sorted()
    let entries = schedule.entries.map { entry in
      switch entry {
      case .run(let domain, let duration, let unit): "\(domain) \(duration) \(unit.rawValue)"
      case .endMarker: "end"
      }
    }
    return Entity(
      .domainSchedule, "domains",
      [
        ("domains", domains.joined(separator: ", ")),
        ("entries", entries.joined(separator: ", ")),
        ("start", schedule.startIndex.map { "\($0)" }),
        ("shift", schedule.indexShift.map { "\($0)" }),
      ])
  }

  /// The space and, as parts of their own, its maps.
  private static func ioAddressSpace(_ space: IOAddressSpace) -> [Entity] {
    let name = space.attributes["name"] ?? "?"
    let maps = space.maps.map { map in
      Entity(
        .ioMap, map.attributes["mr"] ?? "?", in: name,
        WrittenAttributes.listed(map.attributes, defaults: ["perms": "rw"], without: ["mr"]))
    }
    return [
      Entity(
        .ioAddressSpace, name, WrittenAttributes.listed(space.attributes, without: ["name"]))
    ] + maps
  }

  /// What tells sources apart is the name; the rest, such as the trigger, is attributes.
  private static func interrupt(_ interrupt: Interrupt, in domain: String) -> Entity {
    let name: String
    var attributes: [(String, String?)] = [
      ("id", interrupt.id.description), ("setvar_id", interrupt.idSymbol),
    ]
    switch interrupt.source {
    case .line(let number, let trigger):
      name = "irq \(number)"
      attributes.append(("trigger", trigger.rawValue))
    case .ioAPIC(let written):
      let all = WrittenAttributes.normal(
        written, defaults: ["ioapic": "0", "trigger": "level", "polarity": "high"])
      name = "I/O APIC \(all["ioapic"] ?? "0") pin \(all["pin"] ?? "?")"
      attributes += WrittenAttributes.listed(all, without: ["ioapic", "pin"])
    case .messageSignalled(let written):
      name = "MSI \(written["handle"] ?? "?") of \(written["pcidev"] ?? "?")"
      attributes += WrittenAttributes.listed(written, without: ["handle", "pcidev"])
    }
    return Entity(.interrupt, name, in: domain, attributes)
  }

  private static func flag(_ value: Bool) -> String { value ? "true" : "false" }
}
