// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// A name too long to appear whole in the protection domain and in the monitor's fault messages.
  static let nameTruncated = Lint("name-truncated") { subject in
    let limit = subject.sdk.visibleNameLength
    return subject.topology.domains.filter { $0.name.utf8.count > limit }.map { domain in
      let shown = String(decoding: domain.name.utf8.prefix(limit), as: UTF8.self)
      return Finding(
        rule: "name-truncated", severity: .warning, at: subject.place(of: domain),
        "the name of protection domain '\(domain.name)' is longer than the \(limit) bytes that "
          + "SDK \(subject.sdk) shows: '\(shown)'",
        fix: "shorten it, or expect the short form in fault messages")
    }
  }
}
