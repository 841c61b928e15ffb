// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Testing

@testable import SystemChecks

/// Lints about budgets, scheduling domains and cores.
@Suite struct TimeLintsTests {
  private func rules(
    _ system: SystemDescription, sdk: SDKVersion = .v2_3_0, _ target: Target? = nil
  ) -> [String] {
    lint(system, sdk: sdk, target: target).map(\.rule)
  }

  private let x86 = Target(architecture: .x86_64, hasHypervisor: true)

  private func monitor(
    budget: Microseconds? = nil, guest: Microseconds? = nil, cpu: UInt8? = nil,
    cpus: [UInt8?] = [nil]
  ) -> SystemDescription {
    SystemDescription(protectionDomains: [
      ProtectionDomain(
        "monitor", image: .init("m"), budget: budget, cpu: cpu,
        virtualMachine: VirtualMachine(
          "guest", budget: guest,
          cpus: cpus.enumerated().map { .init(id: ChannelID(UInt8($0)), cpu: $1) }))
    ])
  }

  /// seL4 refuses 19 us on every board and takes 20 us.
  @Test func budgetTooSmall() {
    #expect(rules(monitor()) == [])
    #expect(rules(monitor(budget: 20, guest: 20)) == [])
    #expect(rules(monitor(budget: 19)) == ["budget-too-small"])
    #expect(rules(monitor(budget: 0, guest: 0)) == ["budget-too-small", "budget-too-small"])
    #expect(rules(monitor(guest: 19)) == ["budget-too-small"])
    // There, the guest runs on its monitor's time.
    #expect(rules(monitor(guest: 19), x86) == [])
  }

  @Test func vmOutsideDomain() {
    func found(
      _ domains: [DomainSchedule.Domain], sdk: SDKVersion = .v2_3_0, _ target: Target? = nil
    )
      -> [String]
    {
      var system = monitor()
      system.protectionDomains[0].schedulingDomain = "guests"
      system.domainSchedule = DomainSchedule(
        domains: domains, entries: domains.map { .run(domain: $0.name, duration: 1, .ticks) })
      return rules(system, sdk: sdk, target)
    }
    let second: [DomainSchedule.Domain] = [.init("base", id: 0), .init("guests", id: 1)]
    #expect(found(second) == ["vm-outside-domain"])
    #expect(found(second, sdk: .v2_3_1) == [])
    #expect(found(second, x86) == [])
    #expect(found([.init("guests", id: 0), .init("base", id: 1)]) == [])
    // The Microkit tool numbers the rest from 0, in no particular order.
    #expect(found([.init("guests")]) == [])
    #expect(found([.init("guests"), .init("base", id: 1)]) == [])
    #expect(found([.init("guests"), .init("base")]) == ["vm-outside-domain"])
    #expect(found([.init("guests"), .init("base", id: 0)]) == ["vm-outside-domain"])
  }

  @Test func vcpuCore() {
    #expect(rules(monitor(cpus: [1])) == ["vcpu-core"])
    #expect(rules(monitor(cpus: [0, 1, 2, 3])) == [])
    #expect(rules(monitor(cpu: 1, cpus: [1])) == [])
    // Since 2.3.0, a virtual CPU follows its monitor.
    #expect(rules(monitor(cpu: 1)) == [])
    #expect(rules(monitor(cpu: 1), sdk: .v2_2_0) == ["vcpu-core"])
  }
}
