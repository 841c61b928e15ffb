// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// Sharers that no channel connects, directly or through the region's other sharers: they cannot
  /// tell each other what they wrote, so either a channel is missing or the mapping is too much.
  static let unconnectedSharing = Lint("unconnected-sharing") { subject in
    let topology = subject.topology
    return subject.system.memoryRegions.compactMap { region in
      let sharers = topology.sharers(of: region.name)
      // What nobody writes needs no telling; registers have a lint of their own.
      guard sharers.count > 1, topology.kind(of: region) != .device,
        topology.uses(of: region.name).contains(where: { $0.map.permissions.contains(.write) })
      else { return nil }
      let groups = topology.connectedGroups(among: sharers)
      if groups.count < 2 { return nil }
      let listed = groups.map(quotedList).joined(separator: " | ")
      return Finding(
        rule: "unconnected-sharing", severity: .warning, at: subject.place(of: region),
        "memory region '\(region.name)' is shared by protection domains that no channel connects: "
          + listed,
        fix: "add the missing channel, or give each side a region of its own")
    }
  }
}
