// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SystemReport {
  /// Reports on a description.
  ///
  /// - Parameters:
  ///   - sdk: supplies defaults.
  ///   - ramRanges: the board's memory; if empty, `Topology.kind(of:)` guesses what is a device.
  public init(
    _ system: SystemDescription, sdk: SDKVersion = .newest, ramRanges: [Range<UInt64>] = []
  ) {
    let topology = Topology(system, ramRanges: ramRanges)
    let regions = Dictionary(
      system.memoryRegions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let maker = Maker(topology: topology, regions: regions, sdk: sdk)
    self.sdk = sdk.rawValue
    domains = topology.domains.map(maker.domain)
    memory = MemoryKind.allCases.compactMap { kind in
      let members = system.memoryRegions.filter { topology.kind(of: $0) == kind }
      if members.isEmpty { return nil }
      return Total(
        kind: kind, regions: members.count, bytes: total(members.compactMap(\.size)).rawValue)
    }
    regionCount = system.memoryRegions.count
    regionBytes = total(system.memoryRegions.compactMap(\.size)).rawValue
    channelCount = system.channels.count
    interruptCount = topology.domains.reduce(0) { $0 + $1.interrupts.count }
  }
}

private struct Maker {
  var topology: Topology
  var regions: [String: MemoryRegion]
  var sdk: SDKVersion

  func domain(_ domain: ProtectionDomain) -> SystemReport.Domain {
    let guestMaps = domain.virtualMachine?.maps ?? []
    let mapped = Set((domain.maps + guestMaps).map(\.region))
    return SystemReport.Domain(
      name: domain.name, role: topology.role(of: domain), image: domain.image.path,
      parent: topology.domains.first { $0.children.contains(domain) }?.name,
      childID: domain.childID?.rawValue, priority: domain.effectivePriority.rawValue,
      budget: domain.effectiveBudget.rawValue, period: domain.effectivePeriod.rawValue,
      passive: domain.passive, stackSize: domain.effectiveStackSize(sdk: sdk).rawValue,
      cpu: domain.cpu, guest: domain.virtualMachine?.name,
      maps: maps(domain.maps, of: domain.name, inGuest: false)
        + maps(guestMaps, of: domain.name, inGuest: true),
      mappedBytes: total(mapped.compactMap { regions[$0]?.size }).rawValue,
      channels: topology.system.channels.flatMap { links(of: $0, at: domain.name) }
        .sorted { ($0.id, $0.peer, $0.peerID) < ($1.id, $1.peer, $1.peerID) },
      interrupts: domain.interrupts.sorted { $0.id < $1.id }.map {
        SystemReport.IRQ(id: $0.id.rawValue, source: describe($0.source))
      },
      symbols: symbols(of: domain))
  }

  private func maps(
    _ maps: [Map], of domain: String, inGuest: Bool
  ) -> [SystemReport.Mapping] {
    maps.sorted { ($0.address, $0.region) < ($1.address, $1.region) }.map { map in
      let region = regions[map.region]
      return SystemReport.Mapping(
        region: map.region, kind: region.map(topology.kind(of:)) ?? .unused,
        address: map.address.description, size: region?.size?.rawValue,
        permissions: map.permissions.description, cached: map.cached,
        physicalAddress: region?.physicalAddress?.description, inGuest: inGuest,
        sharedWith: topology.sharers(of: map.region).filter { $0 != domain })
    }
  }

  private func links(of channel: Channel, at domain: String) -> [SystemReport.Link] {
    [(channel.a, channel.b), (channel.b, channel.a)].filter { $0.0.domain == domain }.map {
      SystemReport.Link(
        id: $0.id.rawValue, peer: $1.domain, peerID: $1.id.rawValue, notifies: $0.mayNotify,
        notifiedBy: $1.mayNotify, calls: $0.mayCall, calledBy: $1.mayCall)
    }
  }

  private func symbols(of domain: ProtectionDomain) -> [SystemReport.Symbol] {
    var symbols: [SystemReport.Symbol] = []
    func add(_ name: String?, _ value: String) {
      if let name { symbols.append(SystemReport.Symbol(name: name, value: value)) }
    }
    for map in domain.maps {
      add(map.addressSymbol, "\(map.address), where '\(map.region)' is mapped")
      let size = regions[map.region]?.size.map { "\($0), " } ?? ""
      add(map.sizeSymbol, "\(size)the size of '\(map.region)'")
      add(map.prefillSizeSymbol, "the prefilled bytes of '\(map.region)'")
    }
    for setvar in domain.physicalAddressSymbols {
      let known = regions[setvar.region]?.physicalAddress.map { "\($0), " } ?? ""
      add(setvar.symbol, "\(known)the physical address of '\(setvar.region)'")
    }
    for interrupt in domain.interrupts {
      add(interrupt.idSymbol, "\(interrupt.id), the id of \(describe(interrupt.source))")
    }
    for channel in topology.system.channels {
      for (end, other) in [(channel.a, channel.b), (channel.b, channel.a)]
      where end.domain == domain.name {
        add(end.idSymbol, "\(end.id), the id of the channel to '\(other.domain)'")
      }
    }
    for child in domain.children {
      add(child.childIDSymbol, "\(child.childID?.description ?? "?"), the id of '\(child.name)'")
    }
    return symbols
  }
}

/// "irq 48 edge", or an x86 kind with its attributes, sorted by name.
func describe(_ source: Interrupt.Source) -> String {
  func listed(_ attributes: [String: String]) -> String {
    attributes.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
  }
  switch source {
  case .line(let number, let trigger): return "irq \(number) \(trigger.rawValue)"
  case .ioAPIC(let attributes): return "I/O APIC" + listed(attributes)
  case .messageSignalled(let attributes): return "MSI" + listed(attributes)
  }
}
