// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// Sharers that no channel connects, neither directly nor through the region's other sharers or a
  /// go-between: they cannot tell each other what they wrote, so either a channel is missing or the
  /// mapping is too much.
  static let unconnectedSharing = Lint("unconnected-sharing") { subject in
    let topology = subject.topology
    return subject.system.memoryRegions.compactMap { region in
      let sharers = topology.sharers(of: region.name)
      // What nobody writes needs no telling; registers have a lint of their own.
      guard sharers.count > 1, topology.kind(of: region) != .device,
        topology.uses(of: region.name).contains(where: { $0.map.permissions.contains(.write) })
      else { return nil }
      let groups = topology.connectedGroups(among: sharers + goBetweens(sharers, topology))
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

  /// Protection domains that have a channel and other shared memory with several of a region's
  /// sharers: a virtualiser hands on where in the region the data is without mapping it, as sDDF's
  /// for I2C does.
  private static func goBetweens(_ sharers: [String], _ topology: Topology) -> [String] {
    topology.domains.map(\.name).filter { name in
      if sharers.contains(name) { return false }
      let peers = topology.peers(of: name)
      return sharers.count { peers.contains($0) && topology.shareMemory(name, $0) } > 1
    }
  }
}
