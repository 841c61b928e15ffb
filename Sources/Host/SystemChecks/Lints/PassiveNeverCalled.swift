// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// A passive protection domain without callers, and so without time to run on.
  static let passiveNeverCalled = Lint("passive-never-called") { subject in
    var called: Set<String> = []
    for channel in subject.system.channels {
      if channel.a.mayCall { called.insert(channel.b.domain) }
      if channel.b.mayCall { called.insert(channel.a.domain) }
    }
    return subject.topology.domains.filter { $0.passive && !called.contains($0.name) }.map {
      Finding(
        rule: "passive-never-called", severity: .warning, at: subject.place(of: $0),
        "protection domain '\($0.name)' is passive, but no channel lets anyone call it",
        fix: subject.sdk.declaresProtectedCallsOnCallee
          ? "write pp=\"true\" on it and connect a caller, or remove passive"
          : "write pp=\"true\" on a caller's channel end, or remove passive")
    }
  }
}
