// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

// Lints about who maps a region.

extension Lint {
  /// Writers of one region that no channel connects, directly or through its other sharers or an
  /// intermediary. Neither can tell the other what it wrote, so either a channel is missing or a
  /// mapping is superfluous. One writer needs no channel: its readers may poll.
  static let unconnectedSharing = Lint("unconnected-sharing") { subject in
    let topology = subject.topology
    return subject.system.memoryRegions.compactMap { region in
      let writers = topology.writers(of: region.name)
      // A fixed address may be a device's, and registers have their own lint.
      guard writers.count > 1, region.physicalAddress == nil,
        !subject.broken.mentions(region: region.name), !subject.broken.hasChannel
      else { return nil }
      let sharers = topology.sharers(of: region.name)
      let groups = topology.connectedGroups(among: sharers + intermediaries(sharers, topology))
        .map { $0.filter(writers.contains) }.filter { !$0.isEmpty }
      if groups.count < 2 { return nil }
      let listed = groups.map(quotedList).joined(separator: " | ")
      return Finding(
        rule: "unconnected-sharing", severity: .warning, at: subject.place(of: region),
        "memory region '\(region.name)' is written by protection domains that no channel connects: "
          + listed,
        fix: "add the missing channel, map it with perms=\"r\", or give each side its own region")
    }
  }

  /// Domains that have a channel and other shared memory with several of a region's sharers. Such a
  /// virtualiser passes on where in the region the data is without mapping it, as sDDF's I2C
  /// virtualiser does.
  private static func intermediaries(_ sharers: [String], _ topology: Topology) -> [String] {
    topology.domains.map(\.name).filter { name in
      if sharers.contains(name) { return false }
      let peers = topology.peers(of: name)
      return sharers.count { peers.contains($0) && topology.shareMemory(name, $0) } > 1
    }
  }
}

extension Lint {
  /// A region that nothing refers to: either it is left over, or a map is missing.
  static let unusedRegion = Lint("unused-region") { subject in
    // A map of an unknown region may be meant for one that seems unused.
    if subject.broken.hasRegionName { return [] }
    var used = Set(
      subject.topology.domains.flatMap { $0.physicalAddressSymbols.map(\.region) })
    for space in subject.system.ioAddressSpaces {
      for map in space.maps { used.formUnion(map.attributes.values) }
    }
    return subject.system.memoryRegions.compactMap { region in
      if used.contains(region.name) || !subject.topology.uses(of: region.name).isEmpty
        || subject.broken.mentions(region: region.name)
      {
        return nil
      }
      return Finding(
        rule: "unused-region", severity: .warning, at: subject.place(of: region),
        "memory region '\(region.name)' is not mapped by any protection domain",
        fix: "remove it, or map it where it is needed")
    }
  }
}

extension Lint {
  /// Memory that a device reaches and that a copier can write although it only reads it: it could
  /// change what other clients receive.
  static let copierWritesDMA = Lint("copier-writes-dma") { subject in
    let topology = subject.topology
    return subject.system.memoryRegions.compactMap { region in
      guard subject.isDMA(region), !subject.broken.hasChannel else { return nil }
      let sharers = Set(topology.sharers(of: region.name))
      let writers = topology.writers(of: region.name).filter {
        topology.isCopier($0, from: sharers) && sharers.count > 2
      }
      guard let first = topology.uses(of: region.name).first(where: { $0.domain == writers.first })
      else { return nil }
      return Finding(
        rule: "copier-writes-dma", severity: .warning, at: subject.place(of: first),
        "memory region '\(region.name)', which a device reaches and others receive from, can be "
          + "written by \(quotedList(writers)), which only \(writers.count == 1 ? "copies" : "copy") "
          + "from it",
        fix: "map it there with perms=\"r\"")
    }
  }
}

extension Topology {
  /// Whether a domain stands between a region and one client: it has channels to one other sharer
  /// of the region and to its client, with which it shares other memory.
  fileprivate func isCopier(_ name: String, from sharers: Set<String>) -> Bool {
    let peers = peers(of: name)
    guard peers.count == 2, peers.intersection(sharers).count == 1,
      let client = peers.subtracting(sharers).first
    else { return false }
    return shareMemory(name, client) && domain(named: name)?.interrupts.isEmpty == true
  }
}

extension LintSubject {
  /// Whether a device surely reaches the region: some domain asks for its physical address, or the
  /// description puts it at a fixed address in what is known to be RAM.
  fileprivate func isDMA(_ region: MemoryRegion) -> Bool {
    if topology.regionsWithAddressSymbol.contains(region.name) { return true }
    return region.physicalRange.map(platform.isRAM) ?? false
  }
}
