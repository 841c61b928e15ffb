// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import Subsystems
import SystemModel
import Systems
import Testing

/// Priorities and budgets of the built-in systems follow docs/adr/0010.
@Suite struct TurnTests {
  /// Domains that may have a higher priority than those that signal them. Clients call the timer driver, and the
  /// Ethernet driver works only for buffers that less urgent domains have given it.
  private static let mayBeAbove: Set = ["timer_driver", "ethernet_driver"]

  private func domains() throws -> [(system: String, description: SystemDescription)] {
    try builtInSystems.flatMap { system in
      try Board.builtIn.map { (system.name, try expectedLayout(of: system, on: $0).description) }
    }
  }

  /// A signal costs its sender nothing, so its receiver must not have a higher priority.
  @Test func noSignalReachesAHigherPriority() throws {
    for (system, description) in try domains() {
      let priorities = Dictionary(
        uniqueKeysWithValues: description.allProtectionDomains.map { ($0.name, $0.priority ?? 0) })
      for channel in description.channels {
        for (sender, receiver) in [(channel.a, channel.b), (channel.b, channel.a)]
        where sender.mayNotify && !Self.mayBeAbove.contains(receiver.domain) {
          let (low, high) = (priorities[sender.domain] ?? 0, priorities[receiver.domain] ?? 0)
          // A parent handles its child's faults.
          if description.allProtectionDomains.contains(where: { parent in
            parent.name == receiver.domain
              && parent.children.contains { $0.name == sender.domain }
          }) {
            continue
          }
          #expect(!high.isMoreUrgent(than: low), "\(system): \(sender.domain), \(receiver.domain)")
        }
      }
    }
  }

  /// Domains of the shared priority take turns of a millisecond; a client has a little less.
  @Test func turnsAreShort() throws {
    for (system, description) in try domains() {
      for domain in description.allProtectionDomains
      where domain.priority == SystemBuilder.sharedPriority {
        let (budget, period) = (domain.budget ?? 1000, domain.period ?? domain.budget ?? 1000)
        #expect(period == SystemBuilder.turn, "\(system): \(domain.name)")
        let isClient = [
          "web_server", "nfs", "echo", "hello", "my-site", "archiver",
        ].contains(domain.name)
        #expect(budget == (isClient ? SystemBuilder.clientBudget : SystemBuilder.turn))
      }
    }
  }
}
