// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

// Lints about a single domain.

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

  /// A domain less urgent than all others may run, or sleep, in its `init` forever.
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
