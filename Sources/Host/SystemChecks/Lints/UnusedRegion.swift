// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

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
