// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension Lint {
  /// A server that its own client can keep from running.
  ///
  /// A callee must be more urgent than its callers, which the Microkit tool has enforced since 2.0.
  /// A driver must not be less urgent than a domain that it shares rings with, or that domain can
  /// keep it from its device.
  static let priorityInversion = Lint("priority-inversion") { subject in
    // Since 2.0, the first kind is an error that `check` reports.
    let calls = subject.sdk.declaresProtectedCallsOnCallee ? subject.uncallable() : []
    // Several channels between the same two domains are one inversion.
    var reported: Set<[String]> = []
    return calls
      + subject.system.channels.flatMap { channel in
        [(channel.a, channel.b), (channel.b, channel.a)].compactMap { client, server in
          subject.lateDriver(channel, client: client, driver: server)
            .flatMap { reported.insert([client.domain, server.domain]).inserted ? $0 : nil }
        }
      }
  }
}

extension LintSubject {
  /// Callees of 1.4.1 whose every peer is at least as urgent. With one that is less urgent, that
  /// one may be the caller, and the others only notify.
  fileprivate func uncallable() -> [Finding] {
    if broken.hasChannel { return [] }
    let callees = Set(
      system.channels.flatMap { channel in
        (channel.a.mayCall ? [channel.b.domain] : [])
          + (channel.b.mayCall ? [channel.a.domain] : [])
      })
    return topology.domains.filter { callees.contains($0.name) }.compactMap { callee in
      let peers = topology.peers(of: callee.name).compactMap(topology.domain(named:))
      guard !broken.mentions(domain: callee.name), !peers.isEmpty,
        !peers.contains(where: { callee.effectivePriority.isMoreUrgent(than: $0.effectivePriority) }
        )
      else { return nil }
      return Finding(
        rule: "priority-inversion", severity: .warning, at: place(of: callee),
        "protection domain '\(callee.name)' takes protected calls, but is not more urgent than "
          + "anyone who may call it: \(callee.effectivePriority)",
        fix: "give '\(callee.name)' a higher priority than its callers")
    }
  }

  /// A driver that is less urgent than the domain that it serves.
  fileprivate func lateDriver(
    _ channel: Channel, client: Channel.End, driver: Channel.End
  ) -> Finding? {
    guard let client = topology.domain(named: client.domain),
      let server = topology.domain(named: driver.domain),
      client.effectivePriority.isMoreUrgent(than: server.effectivePriority),
      !server.interrupts.isEmpty, client.interrupts.isEmpty, !server.passive, !driver.mayCall,
      // A supervisor signals its children, and uses no device of theirs.
      !client.children.contains(where: { $0.name == server.name }),
      // A monitor's interrupts are its guest's: for others it is a client.
      server.virtualMachine == nil, client.virtualMachine == nil,
      topology.shareMemory(client.name, server.name),
      !topology.hasMoreUrgentDriver(client),
      // Otherwise they do not compete for one core.
      client.cpu ?? 0 == server.cpu ?? 0, client.schedulingDomain == server.schedulingDomain,
      !broken.mentions(domain: client.name), !broken.mentions(domain: server.name)
    else { return nil }
    return Finding(
      rule: "priority-inversion", severity: .warning,
      at: place(
        channel.origin, "channel between '\(channel.a.domain)' and '\(channel.b.domain)'"),
      "driver '\(server.name)' is less urgent than '\(client.name)', which it serves: "
        + "\(server.effectivePriority) against \(client.effectivePriority)",
      fix: "give '\(server.name)' at least the priority of '\(client.name)'")
  }
}

extension Topology {
  /// Whether the domain shares memory with another domain that has interrupts and is at least as
  /// urgent. It then passes on that one's data, and a less urgent domain with interrupts of its own
  /// is its client.
  fileprivate func hasMoreUrgentDriver(_ domain: ProtectionDomain) -> Bool {
    peers(of: domain.name).contains { name in
      guard let peer = self.domain(named: name) else { return false }
      return !peer.interrupts.isEmpty && shareMemory(name, domain.name)
        && !domain.effectivePriority.isMoreUrgent(than: peer.effectivePriority)
    }
  }
}
