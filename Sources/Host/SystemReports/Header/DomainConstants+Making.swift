// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension DomainConstants {
  /// The constants of every protection domain, parents before children.
  ///
  /// The order of entries follows their identifiers and addresses, so that moving elements in the
  /// file renames nothing.
  static func all(of system: SystemDescription) -> [DomainConstants] {
    var ends: [String: [(own: Channel.End, other: Channel.End)]] = [:]
    for channel in system.channels {
      ends[channel.a.domain, default: []].append((channel.a, channel.b))
      ends[channel.b.domain, default: []].append((channel.b, channel.a))
    }
    let regions = Dictionary(
      system.memoryRegions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return system.allProtectionDomains.map { domain in
      DomainConstants(domain, ends: ends[domain.name] ?? [], regions: regions)
    }
  }

  private init(
    _ domain: ProtectionDomain, ends: [(own: Channel.End, other: Channel.End)],
    regions: [String: MemoryRegion]
  ) {
    var entries: [Kind: [Entry]] = [:]
    entries[.channel] = ends.map(Self.channel)
    entries[.interrupt] = domain.interrupts.map(Self.interrupt)
    entries[.ioPort] = domain.ioPorts.map(Self.ports)
    entries[.child] = domain.children.compactMap(Self.child)
    entries[.region] = domain.maps.map {
      Self.region($0, regions, domain.physicalAddressSymbols)
    }
    entries[.capability] = domain.capabilities.map(Self.capability)
    if let guest = domain.virtualMachine {
      entries[.virtualCPU] = guest.cpus.map { Self.virtualCPU($0, of: guest.name) }
      entries[.guestRegion] = guest.maps.map { Self.region($0, regions, []) }
    }
    self.init(
      domain: domain.name, note: Self.note(on: domain),
      priority: domain.effectivePriority.rawValue,
      entries: entries.filter { !$0.value.isEmpty }.mapValues { list in
        list.sorted { $0.order < $1.order }
      })
  }

  private static func note(on domain: ProtectionDomain) -> String {
    let mapped = Set(domain.maps.map(\.region))
    let others = domain.physicalAddressSymbols.filter { !mapped.contains($0.region) }
    let symbols = others.map { "; Microkit sets \($0.symbol), where '\($0.region)' is" }
    return "Protection domain '\(domain.name)', image \(domain.image.path)\(symbols.joined())."
  }

  private static func channel(own: Channel.End, other: Channel.End) -> Entry {
    var note = "Channel to '\(other.domain)', whose identifier is \(other.id)"
    if !own.mayNotify { note += "; may not notify it" }
    if own.mayCall { note += "; may call it" }
    if other.mayCall { note += "; may be called by it" }
    return .identifier(
      own.id.rawValue, own.idSymbol ?? other.domain, note, symbol: own.idSymbol)
  }

  private static func interrupt(_ interrupt: Interrupt) -> Entry {
    let name =
      switch interrupt.source {
      case .line(let number, _): "\(number)"
      case .ioAPIC(let attributes):
        "ioapic_\(attributes["ioapic"] ?? "0")_pin_\(attributes["pin"] ?? "")"
      case .messageSignalled(let attributes):
        "msi_\(attributes["pcidev"] ?? "")_handle_\(attributes["handle"] ?? "")"
      }
    return .identifier(
      interrupt.id.rawValue, interrupt.idSymbol ?? name,
      "Interrupt: \(describe(interrupt.source))", symbol: interrupt.idSymbol)
  }

  private static func ports(_ ports: IOPort) -> Entry {
    Entry(
      name: Words(ports.idSymbol ?? String(ports.address, radix: 16)),
      note: "I/O \(range(of: ports))\(also(ports.idSymbol, ports.addressSymbol)).",
      values: [
        .init(property: "id", number: UInt64(ports.id.rawValue), form: .small),
        .init(property: "address", number: ports.address, form: .word),
        .init(property: "size", number: ports.size, form: .word),
      ])
  }

  private static func virtualCPU(_ cpu: VirtualMachine.CPU, of guest: String) -> Entry {
    .identifier(
      cpu.id.rawValue, cpu.idSymbol ?? guest, "Virtual CPU of '\(guest)'", symbol: cpu.idSymbol)
  }

  private static func capability(_ capability: GrantedCapability) -> Entry {
    let kind = capability.kind.rawValue
    return Entry(
      name: Words("\(kind.dropFirst("cap_".count))_\(capability.domain)"),
      note: "Slot of \(kind) of '\(capability.domain)'.",
      values: [.init(number: capability.slot, form: .small)])
  }

  private static func child(_ child: ProtectionDomain) -> Entry? {
    child.childID.map { id in
      Entry(
        name: Words(child.childIDSymbol ?? child.name),
        note: "Child '\(child.name)'\(also(child.childIDSymbol)).",
        values: [.init(number: id.rawValue, form: .small)])
    }
  }

  private static func region(
    _ map: Map, _ regions: [String: MemoryRegion], _ setvars: [PhysicalAddressSymbol]
  ) -> Entry {
    let region = regions[map.region]
    let symbols =
      [map.addressSymbol, map.sizeSymbol, map.prefillSizeSymbol]
      + setvars.filter { $0.region == map.region }.map(\.symbol)
    var values = [Value(property: "address", number: map.address.rawValue, form: .word)]
    var note = "Region '\(map.region)'"
    if let size = region?.size {
      note += ", \(readable(size))"
      values.append(.init(property: "size", number: size.rawValue, form: .word))
    } else {
      note += region?.prefillPath.map { ", size unknown without \($0)" } ?? ", size unknown"
    }
    note += map.cached ? "" : ", uncached"
    values.append(
      .init(
        property: "permissions", number: UInt64(map.permissions.rawValue), form: .small,
        note: map.permissions.description))
    if let address = region?.physicalAddress {
      values.append(.init(property: "physical_address", number: address.rawValue, form: .word))
    }
    return Entry(name: Words(map.region), note: "\(note)\(also(symbols)).", values: values)
  }
}

extension DomainConstants.Entry {
  fileprivate static func identifier(
    _ id: UInt8, _ name: String, _ note: String, symbol: String?
  ) -> Self {
    Self(
      name: Words(name), note: "\(note)\(also(symbol)).",
      values: [.init(number: UInt64(id), form: .small)])
  }

  /// By identifier or address, and by name where a broken file has one twice.
  fileprivate var order: (UInt64, String) { (values.first?.number ?? 0, note) }
}

/// Which symbols the Microkit tool sets to the same.
private func also(_ symbols: String?...) -> String { also(symbols) }

private func also(_ symbols: [String?]) -> String {
  let names = symbols.compactMap { $0 }
  return names.isEmpty ? "" : "; Microkit sets \(names.joined(separator: ", "))"
}
