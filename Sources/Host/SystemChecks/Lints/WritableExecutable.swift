// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

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
