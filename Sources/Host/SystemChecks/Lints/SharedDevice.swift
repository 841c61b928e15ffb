// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// Registers that several protection domains can write, so that each can interfere with the
  /// others.
  static let sharedDevice = Lint("shared-device") { subject in
    let topology = subject.topology
    return subject.system.memoryRegions.compactMap { region in
      guard topology.kind(of: region) == .device else { return nil }
      var seen: Set<String> = []
      let writers = topology.uses(of: region.name)
        .filter { $0.map.permissions.contains(.write) }.map(\.domain)
        .filter { seen.insert($0).inserted }
      if writers.count < 2 { return nil }
      return Finding(
        rule: "shared-device", severity: .warning, at: subject.place(of: region),
        "device registers '\(region.name)' can be written by \(quotedList(writers))",
        fix: "leave the device to one driver; where two devices share a page, choose one on "
          + "another page or accept that their drivers trust each other")
    }
  }
}
