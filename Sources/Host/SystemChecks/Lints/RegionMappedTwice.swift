// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

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
