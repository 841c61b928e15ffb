// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// A protection domain that nothing can wake after its `init`.
  static let unreachableDomain = Lint("unreachable-domain") { subject in
    // A single protection domain has no peers.
    if subject.topology.domains.count < 2 { return [] }
    var reached: Set<String> = []
    for channel in subject.system.channels {
      for (end, other) in [(channel.a, channel.b), (channel.b, channel.a)]
      where end.mayCall || end.mayNotify {
        reached.insert(other.domain)
      }
    }
    return subject.topology.domains.compactMap { domain in
      guard !reached.contains(domain.name), domain.interrupts.isEmpty, domain.childID == nil,
        domain.children.isEmpty, domain.virtualMachine == nil,
        subject.topology.relatives(of: domain.name).isEmpty,
        !isLeastUrgent(domain, among: subject.topology.domains)
      else { return nil }
      let isAlone = subject.topology.peers(of: domain.name).isEmpty
      return Finding(
        rule: "unreachable-domain", severity: .warning, at: subject.place(of: domain),
        "nothing can wake protection domain '\(domain.name)' after its init: "
          + (isAlone
            ? "it has no channel and no interrupt"
            : "no peer of its channels may notify or call it, and it has no interrupt"),
        fix: isAlone
          ? "connect it with a channel, or remove it"
          : "allow a peer's end of a channel to notify it")
    }
  }

  /// A domain less urgent than all others may run, or sleep, in its `init` for ever.
  private static func isLeastUrgent(
    _ domain: ProtectionDomain, among domains: [ProtectionDomain]
  ) -> Bool {
    !domain.passive
      && domains.allSatisfy { other in
        other.name == domain.name
          || (other.priority ?? 0).isMoreUrgent(than: domain.priority ?? 0)
      }
  }
}
