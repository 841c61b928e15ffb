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
      entities += parts(of: domain)
      domain.children.forEach { add($0, parent: domain.name) }
    }
    system.protectionDomains.forEach { add($0, parent: nil) }
    entities += system.channels.map(channel)
    if let schedule = system.domainSchedule { entities.append(self.schedule(schedule)) }
    entities += system.ioAddressSpaces.map(ioAddressSpace)
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

  private static func parts(of domain: ProtectionDomain) -> [Entity] {
    let name = domain.name
    var entities = domain.maps.map { map($0, .map, in: name) }
    entities += domain.interrupts.map { interrupt in
      Entity(
        .interrupt, interruptName(interrupt.source), in: name,
        [
          ("id", interrupt.id.description), ("setvar_id", interrupt.idSymbol),
          ("trigger", trigger(interrupt.source)),
        ])
    }
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
    if let machine = domain.virtualMachine {
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
          [("cpu", "\($0.cpu ?? 0)"), ("setvar_id", $0.idSymbol)])
      }
      entities += machine.maps.map { map($0, .guestMap, in: name) }
    }
    return entities
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

  private static func ioAddressSpace(_ space: IOAddressSpace) -> Entity {
    let maps = space.maps.map { listed($0.attributes) }.sorted()
    let attributes = space.attributes.sorted { $0.key < $1.key }
      .filter { $0.key != "name" }.map { ($0.key, Optional($0.value)) }
    return Entity(
      .ioAddressSpace, space.attributes["name"] ?? listed(space.attributes),
      attributes + [("iomaps", maps.joined(separator: "; "))])
  }

  // MARK: Values

  private static func flag(_ value: Bool) -> String { value ? "true" : "false" }

  private static func listed(_ attributes: [String: String]) -> String {
    attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  /// A line's trigger is an attribute, not part of its identity.
  private static func interruptName(_ source: Interrupt.Source) -> String {
    if case .line(let number, _) = source { return "irq \(number)" }
    return describe(source)
  }

  private static func trigger(_ source: Interrupt.Source) -> String? {
    if case .line(_, let trigger) = source { return trigger.rawValue }
    return nil
  }
}
