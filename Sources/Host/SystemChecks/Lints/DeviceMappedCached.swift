// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// Registers mapped as normal memory: reads may be stale, and writes late, merged or lost.
  static let deviceMappedCached = Lint("device-mapped-cached") { subject in
    subject.system.memoryRegions.flatMap { region -> [Finding] in
      guard subject.topology.kind(of: region) == .device else { return [] }
      return subject.topology.uses(of: region.name).filter(\.map.cached).map { use in
        Finding(
          rule: "device-mapped-cached", severity: .warning, at: subject.place(of: use),
          "device region '\(region.name)' at \(region.physicalAddress?.description ?? "") is mapped "
            + "cached in protection domain '\(use.domain)'",
          fix: "write cached=\"false\" on the map")
      }
    }
  }
}
