// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Checks that protected calls go one way, to a more urgent domain. The Microkit tool has done so
/// since 2.0.
func checkProtectedCalls(_ system: SystemDescription, _ context: inout CheckContext) {
  guard context.sdk >= .v2_0_1 else { return }
  let priorities = Dictionary(
    system.allProtectionDomains.map { ($0.name, $0.priority ?? 0) },
    uniquingKeysWith: { first, _ in first })
  for channel in system.channels {
    if channel.a.mayCall, channel.b.mayCall {
      context.report(
        .protectedCallBothWays, at: channel.origin.location,
        "'\(channel.a.domain)' and '\(channel.b.domain)' may call each other",
        fix: "keep pp=\"true\" only on the caller's end")
      continue
    }
    for (caller, callee) in [(channel.a, channel.b), (channel.b, channel.a)] where caller.mayCall {
      guard let low = priorities[caller.domain], let high = priorities[callee.domain],
        !high.isMoreUrgent(than: low)
      else { continue }
      context.report(
        .protectedCallPriority, at: caller.origin.location,
        "'\(caller.domain)' (priority \(low)) calls '\(callee.domain)' (priority \(high)), which must be more urgent",
        fix: low.rawValue < Priority.maximum
          ? "give '\(callee.domain)' a priority of at least \(low.rawValue + 1)"
          : "lower the priority of '\(caller.domain)'")
    }
  }
}
