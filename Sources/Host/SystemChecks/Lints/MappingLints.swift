// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

// Lints about how a domain maps memory.

extension Lint {
  /// Memory that a protection domain can both write and execute: one stray write becomes code.
  static let writableExecutable = Lint("writable-executable") { subject in
    subject.topology.domains.flatMap { domain in
      domain.maps
        .filter { $0.permissions.contains(.write) && $0.permissions.contains(.execute) }
        .map { map in
          Finding(
            rule: "writable-executable", severity: .warning,
            at: subject.place(
              map.origin, "map of '\(map.region)' in protection domain '\(domain.name)'"),
            "memory region '\(map.region)' is writable and executable in protection domain "
              + "'\(domain.name)'",
            fix: "write perms=\"rw\" or perms=\"rx\"")
        }
    }
  }
}

extension Lint {
  /// A region that a domain maps twice with different rights: the stricter mapping protects
  /// nothing.
  static let regionMappedTwice = Lint("region-mapped-twice") { subject in
    subject.topology.domains.flatMap { domain -> [Finding] in
      var first: [String: Map] = [:]
      return domain.maps.compactMap { map in
        guard let other = first[map.region] else {
          first[map.region] = map
          return nil
        }
        if other.permissions == map.permissions && other.cached == map.cached { return nil }
        return Finding(
          rule: "region-mapped-twice", severity: .warning,
          at: subject.place(
            map.origin, "map of '\(map.region)' in protection domain '\(domain.name)'"),
          "protection domain '\(domain.name)' maps memory region '\(map.region)' at "
            + "\(other.address) (\(attributes(other))) and at \(map.address) (\(attributes(map)))",
          fix: "keep one of them, or give both the same rights")
      }
    }
  }

  private static func attributes(_ map: Map) -> String {
    map.permissions.description + (map.cached ? "" : ", uncached")
  }
}

extension Lint {
  /// A region that is cached in one domain and uncached in another: on Arm, they may not see each
  /// other's writes (Arm ARM, "Mismatched memory attributes").
  static let cachedMismatch = Lint("cached-mismatch") { subject in
    // RISC-V has no such attribute in its page tables, and the kernel ignores it.
    if subject.target?.architecture == .riscv64 { return [] }
    return subject.system.memoryRegions.compactMap { region in
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
