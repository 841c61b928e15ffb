// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

struct Rename: Hashable {
  var old: String
  var new: String

  func change(_ subject: Change.Subject) -> Change {
    Change(.renamed, subject, new, [Change.Attribute("name", before: old, after: new)])
  }
}

/// Finds regions that differ from a new one only in name: same attributes, mapped by the same
/// domains at the same addresses with the same rights.
func regionRenames(_ before: SystemDescription, _ after: SystemDescription) -> [Rename] {
  func fingerprints(_ system: SystemDescription) -> [String: [String]] {
    let topology = Topology(system)
    return Dictionary(
      system.memoryRegions.map { region -> (String, [String]) in
        var bare = region
        bare.name = ""
        let uses = topology.uses(of: region.name).map { use -> String in
          var map = use.map
          map.region = ""
          return "\(use.domain) \(use.isGuest) \(describe(map))"
        }
        // Nothing identifies an unmapped region.
        return (region.name, uses.isEmpty ? [] : [describe(bare)] + uses.sorted())
      }, uniquingKeysWith: { first, _ in first })
  }
  return renames(fingerprints(before), fingerprints(after))
}

/// Finds protection domains that differ from a new one only in their name and their image's.
func domainRenames(
  _ before: (SystemDescription, SDKVersion), _ after: (SystemDescription, SDKVersion)
) -> [Rename] {
  func fingerprints(_ system: SystemDescription, _ sdk: SDKVersion) -> [String: [String]] {
    var links: [String: [String]] = [:]
    for channel in system.channels {
      for (end, other) in [(channel.a, channel.b), (channel.b, channel.a)] {
        links[end.domain, default: []].append(
          "\(end.id) \(end.mayCall) \(end.mayNotify) \(other.id) \(other.mayCall)")
      }
    }
    let entities = Dictionary(
      grouping: Entity.all(of: system, sdk: sdk), by: { $0.key.domain ?? "\n\($0.key.name)" })
    return Dictionary(
      system.allProtectionDomains.map { domain -> (String, [String]) in
        let own = (entities["\n\(domain.name)"] ?? [])
          .filter { $0.key.subject == .protectionDomain }
          .map { "\($0.attributes.filter { $0.name != "image" })" }
        let parts = (entities[domain.name] ?? []).map { part in
          // Regions may be named after the domain.
          let name = part.key.subject == .map || part.key.subject == .guestMap ? "" : part.key.name
          return "\(part.key.subject) \(name) \(part.attributes)"
        }
        let connections = links[domain.name] ?? []
        if parts.isEmpty && connections.isEmpty { return (domain.name, []) }
        return (domain.name, own + parts.sorted() + connections.sorted())
      }, uniquingKeysWith: { first, _ in first })
  }
  return renames(fingerprints(before.0, before.1), fingerprints(after.0, after.1))
}

/// Pairs names that occur on one side only and whose fingerprints are unique on both; an empty
/// fingerprint matches nothing.
private func renames(_ before: [String: [String]], _ after: [String: [String]]) -> [Rename] {
  let gone = Dictionary(grouping: before.filter { after[$0.key] == nil }, by: \.value)
  let new = Dictionary(grouping: after.filter { before[$0.key] == nil }, by: \.value)
  return gone.compactMap { fingerprint, old -> Rename? in
    guard !fingerprint.isEmpty, old.count == 1, let match = new[fingerprint], match.count == 1
    else { return nil }
    return Rename(old: old[0].key, new: match[0].key)
  }.sorted { $0.old < $1.old }
}

private func describe(_ map: Map) -> String {
  "\(map.address) \(map.permissions) \(map.cached) \(map.addressSymbol ?? "") "
    + "\(map.sizeSymbol ?? "") \(map.prefillSizeSymbol ?? "")"
}

private func describe(_ region: MemoryRegion) -> String {
  "\(region.size?.description ?? "") \(region.pageSize?.rawValue ?? 0) "
    + "\(region.physicalAddress?.description ?? "") \(region.prefillPath ?? "") "
    + "\(region.prefillBootInfo ?? "")"
}

extension SystemDescription {
  mutating func renameRegion(_ old: String, to new: String) {
    func renamed(_ name: String) -> String { name == old ? new : name }
    for index in memoryRegions.indices {
      memoryRegions[index].name = renamed(memoryRegions[index].name)
    }
    for space in ioAddressSpaces.indices {
      for map in ioAddressSpaces[space].maps.indices {
        let region = ioAddressSpaces[space].maps[map].attributes["mr"].map(renamed)
        ioAddressSpaces[space].maps[map].attributes["mr"] = region
      }
    }
    updateDomains { domain in
      for index in domain.maps.indices {
        domain.maps[index].region = renamed(domain.maps[index].region)
      }
      for index in domain.physicalAddressSymbols.indices {
        domain.physicalAddressSymbols[index].region = renamed(
          domain.physicalAddressSymbols[index].region)
      }
      guard var machine = domain.virtualMachine else { return }
      for index in machine.maps.indices {
        machine.maps[index].region = renamed(machine.maps[index].region)
      }
      domain.virtualMachine = machine
    }
  }

  mutating func renameDomain(_ old: String, to new: String) {
    func renamed(_ name: String) -> String { name == old ? new : name }
    updateDomains { domain in
      domain.name = renamed(domain.name)
      for index in domain.capabilities.indices {
        domain.capabilities[index].domain = renamed(domain.capabilities[index].domain)
      }
    }
    for index in channels.indices {
      channels[index].a.domain = renamed(channels[index].a.domain)
      channels[index].b.domain = renamed(channels[index].b.domain)
    }
  }

  private mutating func updateDomains(_ update: (inout ProtectionDomain) -> Void) {
    func visit(_ domain: inout ProtectionDomain) {
      update(&domain)
      for index in domain.children.indices { visit(&domain.children[index]) }
    }
    for index in protectionDomains.indices { visit(&protectionDomains[index]) }
  }
}
