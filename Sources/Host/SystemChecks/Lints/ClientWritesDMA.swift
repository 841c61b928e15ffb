// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// Memory that a device reaches and a client can write although it is not the client's alone.
  ///
  /// A client's own buffer is meant to be written by it: nobody else but virtualisers has the region.
  /// Anything more lets a client change what a device does, or what others receive.
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
      // Alone with its region, a protection domain without an interrupt polls its device.
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
