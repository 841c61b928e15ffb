// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

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
