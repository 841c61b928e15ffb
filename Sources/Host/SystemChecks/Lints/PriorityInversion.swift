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
    // Several channels between the same two domains are one inversion.
    var reported: Set<[String]> = []
    return subject.system.channels.flatMap { channel in
      [(channel.a, channel.b), (channel.b, channel.a)].compactMap { client, server in
        subject.inversion(of: channel, client: client, server: server)
          .flatMap { reported.insert([client.domain, server.domain]).inserted ? $0 : nil }
      }
    }
  }
}

extension LintSubject {
  fileprivate func inversion(
    of channel: Channel, client: Channel.End, server: Channel.End
  ) -> Finding? {
    guard let caller = topology.domain(named: client.domain),
      let callee = topology.domain(named: server.domain)
    else { return nil }
    let (low, high) = (callee.effectivePriority, caller.effectivePriority)
    let entity = "channel between '\(channel.a.domain)' and '\(channel.b.domain)'"
    let priorities = "\(low) against \(high)"
    if client.mayCall {
      // Since 2.0, this is an error that `check` reports.
      if !sdk.declaresProtectedCallsOnCallee || low.isMoreUrgent(than: high) { return nil }
      // Before, a callee may be called over all its channels; drivers and virtualisers at the other
      // end only notify.
      let role = topology.role(of: caller)
      if role == .driver || role == .virtualiser { return nil }
      return Finding(
        rule: "priority-inversion", severity: .warning, at: place(channel.origin, entity),
        "protection domain '\(callee.name)' may be called by '\(caller.name)' but is not more urgent: "
          + priorities,
        fix: "give '\(callee.name)' a higher priority than its callers")
    }
    guard !callee.interrupts.isEmpty, caller.interrupts.isEmpty, !callee.passive, !server.mayCall,
      high.isMoreUrgent(than: low), topology.shareMemory(caller.name, callee.name)
    else { return nil }
    return Finding(
      rule: "priority-inversion", severity: .warning, at: place(channel.origin, entity),
      "driver '\(callee.name)' is less urgent than '\(caller.name)', which it serves: \(priorities)",
      fix: "give '\(callee.name)' at least the priority of '\(caller.name)'")
  }
}
