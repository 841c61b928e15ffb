// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

// Lints about who maps a region.

extension Lint {
  /// Sharers of a region that no channel connects, directly or through its other sharers or an
  /// intermediary. They cannot tell each other what they wrote, so either a channel is missing or a
  /// mapping is superfluous.
  static let unconnectedSharing = Lint("unconnected-sharing") { subject in
    let topology = subject.topology
    return subject.system.memoryRegions.compactMap { region in
      let sharers = topology.sharers(of: region.name)
      // Read-only memory needs no notification, and registers have their own lint.
      guard sharers.count > 1, topology.kind(of: region) != .device,
        topology.uses(of: region.name).contains(where: { $0.map.permissions.contains(.write) })
      else { return nil }
      let groups = topology.connectedGroups(among: sharers + intermediaries(sharers, topology))
        .map { $0.filter(sharers.contains) }.filter { !$0.isEmpty }
      if groups.count < 2 { return nil }
      let listed = groups.map(quotedList).joined(separator: " | ")
      return Finding(
        rule: "unconnected-sharing", severity: .warning, at: subject.place(of: region),
        "memory region '\(region.name)' is shared by protection domains that no channel connects: "
          + listed,
        fix: "add the missing channel, or give each side a region of its own")
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
  /// Registers that several protection domains can write, so that each can interfere with the
  /// others.
  static let sharedDevice = Lint("shared-device") { subject in
    let topology = subject.topology
    return subject.system.memoryRegions.compactMap { region in
      guard topology.kind(of: region) == .device else { return nil }
      var seen: Set<String> = []
      let writers = topology.uses(of: region.name)
        .filter { $0.map.permissions.contains(.write) }.map(\.domain)
        .filter { seen.insert($0).inserted }
      if writers.count < 2 { return nil }
      return Finding(
        rule: "shared-device", severity: .warning, at: subject.place(of: region),
        "device registers '\(region.name)' can be written by \(quotedList(writers))",
        fix: "leave the device to one driver; where two devices share a page, choose one on "
          + "another page or accept that their drivers trust each other")
    }
  }
}

extension Lint {
  /// A region that nothing refers to: either it is left over, or a map is missing.
  static let unusedRegion = Lint("unused-region") { subject in
    var used = Set(
      subject.topology.domains.flatMap { $0.physicalAddressSymbols.map(\.region) })
    for space in subject.system.ioAddressSpaces {
      for map in space.maps { used.formUnion(map.attributes.values) }
    }
    return subject.system.memoryRegions.compactMap { region in
      if used.contains(region.name) || !subject.topology.uses(of: region.name).isEmpty {
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
  /// Memory that a device reaches and that a client can write although others use it.
  ///
  /// A client may write its own buffer, which otherwise only virtualisers map. Beyond that, it
  /// could change what a device does or what others receive.
  static let clientWritesDMA = Lint("client-writes-dma") { subject in
    let topology = subject.topology
    return subject.system.memoryRegions.compactMap { region in
      guard topology.kind(of: region) == .dma else { return nil }
      let sharers = topology.sharers(of: region.name)
      let clientWrites = topology.uses(of: region.name).filter { use in
        use.map.permissions.contains(.write) && isClient(topology.role(ofDomainNamed: use.domain))
          && sharers.contains {
            $0 != use.domain && topology.role(ofDomainNamed: $0) != .virtualiser
          }
      }
      // A domain without an interrupt that alone maps the region polls its device.
      guard sharers.count > 1, let first = clientWrites.first else { return nil }
      var seen: Set<String> = []
      let names = clientWrites.map(\.domain).filter { seen.insert($0).inserted }
      return Finding(
        rule: "client-writes-dma", severity: .warning, at: subject.place(of: first),
        "memory region '\(region.name)', which a device reaches, can be written by "
          + "\(quotedList(names)), and \(names.count == 1 ? "it is" : "they are") neither its "
          + "driver nor its only user",
        fix: "map it there with perms=\"r\", or copy between it and a region of the client's own")
    }
  }

  private static func isClient(_ role: Role) -> Bool { role == .client || role == .copier }
}
