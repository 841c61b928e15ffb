// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

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
