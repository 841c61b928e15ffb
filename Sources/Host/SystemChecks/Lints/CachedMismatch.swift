// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// A region that is cached in one domain and uncached in another: on Arm, they may not see each
  /// other's writes (Arm ARM, "Mismatched memory attributes").
  static let cachedMismatch = Lint("cached-mismatch") { subject in
    subject.system.memoryRegions.compactMap { region in
      let uses = subject.topology.uses(of: region.name)
      guard let cached = uses.first(where: \.map.cached),
        let uncached = uses.first(where: { !$0.map.cached && $0.domain != cached.domain })
      else { return nil }
      return Finding(
        rule: "cached-mismatch", severity: .warning, at: subject.place(of: uncached),
        "memory region '\(region.name)' is cached in protection domain '\(cached.domain)' and "
          + "uncached in '\(uncached.domain)'",
        fix: "write the same cached value on both maps")
    }
  }
}
