// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Makes the part of a report that is about protection domains.
struct DomainReporter {
  var topology: Topology
  var regions: [String: SystemReport.Region]
  var sdk: SDKVersion

  /// Parents before children.
  func all() -> [SystemReport.Domain] {
    var links: [String: [SystemReport.Link]] = [:]
    for channel in topology.system.channels {
      for (end, other) in [(channel.a, channel.b), (channel.b, channel.a)] {
        links[end.domain, default: []].append(
          SystemReport.Link(
            id: end.id.rawValue, peer: other.domain, peerID: other.id.rawValue,
            notifies: end.mayNotify, notifiedBy: other.mayNotify, calls: end.mayCall,
            calledBy: other.mayCall))
      }
    }
    var reports: [SystemReport.Domain] = []
    func add(_ domain: ProtectionDomain, parent: String?) {
      reports.append(report(on: domain, parent: parent, links: links[domain.name] ?? []))
      domain.children.forEach { add($0, parent: domain.name) }
    }
    topology.system.protectionDomains.forEach { add($0, parent: nil) }
    return reports
  }

  private func report(
    on domain: ProtectionDomain, parent: String?, links: [SystemReport.Link]
  ) -> SystemReport.Domain {
    let guestMaps = domain.virtualMachine?.maps ?? []
    let mapped = Set((domain.maps + guestMaps).map(\.region))
    return SystemReport.Domain(
      name: domain.name, role: topology.role(of: domain), image: domain.image.path,
      symbolsImage: domain.image.symbolsPath, parent: parent, childID: domain.childID?.rawValue,
      priority: domain.effectivePriority.rawValue, budget: domain.effectiveBudget.rawValue,
      period: domain.effectivePeriod.rawValue, passive: domain.passive,
      stackSize: domain.effectiveStackSize(sdk: sdk).rawValue, cpu: domain.cpu,
      schedulingDomain: domain.schedulingDomain, fpu: domain.fpu ?? true, smc: domain.smc,
      guest: domain.virtualMachine.map { guest($0, monitor: domain) },
      maps: maps(domain.maps, of: domain.name, inGuest: false)
        + maps(guestMaps, of: domain.name, inGuest: true),
      mappedBytes: total(mapped.compactMap { regions[$0]?.size }.map { ByteCount($0) }).rawValue,
      channels: links.sorted { ($0.id, $0.peer, $0.peerID) < ($1.id, $1.peer, $1.peerID) },
      interrupts: domain.interrupts.sorted { $0.id < $1.id }.map {
        SystemReport.IRQ(id: $0.id.rawValue, source: describe($0.source))
      },
      ioPorts: domain.ioPorts.sorted { $0.id < $1.id }.map {
        SystemReport.Ports(
          id: $0.id.rawValue, address: hexadecimal($0.address), size: $0.size)
      },
      capabilities: domain.capabilities.sorted { $0.slot < $1.slot }.map {
        SystemReport.Capability(slot: $0.slot, kind: $0.kind.rawValue, domain: $0.domain)
      },
      symbols: symbols(of: domain))
  }

  private func guest(
    _ machine: VirtualMachine, monitor: ProtectionDomain
  ) -> SystemReport.Guest {
    SystemReport.Guest(
      name: machine.name, priority: machine.priority?.rawValue, budget: machine.budget?.rawValue,
      period: machine.period?.rawValue,
      cpus: machine.cpus.map {
        SystemReport.VirtualCPU(
          id: $0.id.rawValue, cpu: $0.effectiveCPU(monitor: monitor, sdk: sdk))
      })
  }

  private func maps(
    _ maps: [Map], of domain: String, inGuest: Bool
  ) -> [SystemReport.Mapping] {
    maps.sorted { ($0.address, $0.region) < ($1.address, $1.region) }.map { map in
      let region = regions[map.region]
      return SystemReport.Mapping(
        region: map.region, kind: region?.kind ?? .unused, address: map.address.description,
        size: region?.size, permissions: map.permissions.description, cached: map.cached,
        physicalAddress: region?.physicalAddress, inGuest: inGuest,
        sharedWith: (region?.mappedBy ?? []).filter { $0 != domain })
    }
  }

  private func symbols(of domain: ProtectionDomain) -> [SystemReport.Symbol] {
    var symbols: [SystemReport.Symbol] = []
    func add(_ name: String?, _ value: String) {
      if let name { symbols.append(SystemReport.Symbol(name: name, value: value)) }
    }
    for map in domain.maps + (domain.virtualMachine?.maps ?? []) {
      add(map.addressSymbol, "\(map.address), where '\(map.region)' is mapped")
      let size = regions[map.region]?.size.map { "\(hexadecimal($0)), " } ?? ""
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
    for ports in domain.ioPorts {
      add(ports.idSymbol, "\(ports.id), the id of I/O \(range(of: ports))")
      add(
        ports.addressSymbol, "\(hexadecimal(ports.address)), the first of I/O \(range(of: ports))")
    }
    for cpu in domain.virtualMachine?.cpus ?? [] {
      add(cpu.idSymbol, "\(cpu.id), the id of a virtual CPU")
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
