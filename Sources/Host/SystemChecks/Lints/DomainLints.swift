// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

// Lints about a single domain.

extension Lint {
  /// A passive protection domain that nothing can wake: no call, notification, interrupt or fault
  /// gives it time to run on.
  static let passiveNeverCalled = Lint("passive-never-called") { subject in
    if subject.broken.hasChannel { return [] }
    var reached: Set<String> = []
    for channel in subject.system.channels {
      for (end, other) in [(channel.a, channel.b), (channel.b, channel.a)]
      where end.mayCall || end.mayNotify {
        reached.insert(other.domain)
      }
    }
    return subject.topology.domains.filter {
      $0.passive && !reached.contains($0.name) && $0.interrupts.isEmpty && $0.children.isEmpty
        && $0.virtualMachine == nil && !subject.broken.mentions(domain: $0.name)
    }.map {
      Finding(
        rule: "passive-never-called", severity: .warning, at: subject.place(of: $0),
        "protection domain '\($0.name)' is passive, but nothing can call or notify it after its init",
        fix: "let a channel's other end call or notify it, or remove passive")
    }
  }
}

extension Lint {
  /// A passive child whose parent has nothing to do but to control it. Once stopped, a passive
  /// domain never runs again: it has no scheduling context, so that resuming it has no effect.
  static let passiveChild = Lint("passive-child") { subject in
    subject.topology.domains.filter { parent in
      parent.maps.isEmpty && parent.interrupts.isEmpty
        && subject.topology.peers(of: parent.name).isEmpty
        && !subject.broken.mentions(domain: parent.name)
    }.flatMap { parent in
      parent.children.filter(\.passive).map { child in
        Finding(
          rule: "passive-child", severity: .warning, at: subject.place(of: child),
          "protection domain '\(child.name)' is passive: if its parent '\(parent.name)' stops it, it "
            + "never runs again",
          fix: "remove passive, or never stop it")
      }
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
