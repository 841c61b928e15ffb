// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

// Lints about when a domain or virtual machine may run.

extension Lint {
  /// A budget that the kernel refuses, so that the system stops while it boots.
  static let budgetTooSmall = Lint("budget-too-small") { subject in
    func finding(_ budget: Microseconds, _ place: Place, _ entity: String) -> Finding? {
      if budget >= leastBudget { return nil }
      return Finding(
        rule: "budget-too-small", severity: .warning, at: place,
        "seL4 refuses the budget of \(budget) of \(entity) at boot: it must be at least "
          + "\(leastBudget), twice the kernel's worst-case execution time",
        fix: "write a budget of \(leastBudget.rawValue) or more")
    }
    return subject.topology.domains.flatMap { domain -> [Finding] in
      let own = finding(
        domain.effectiveBudget, subject.place(of: domain), "protection domain '\(domain.name)'")
      // On x86, a guest runs on its monitor's time.
      guard let machine = domain.virtualMachine, subject.target?.architecture != .x86_64 else {
        return [own].compactMap(\.self)
      }
      let entity = "virtual machine '\(machine.name)'"
      let guest = finding(
        machine.effectiveBudget, subject.place(machine.origin, entity), entity)
      return [own, guest].compactMap(\.self)
    }
  }

  /// MIN_BUDGET_US of the kernel: twice KERNEL_WCET, which is 10 us on every board of every SDK,
  /// times a scale that Microkit leaves at 1.
  private static let leastBudget: Microseconds = 20
}

extension Lint {
  /// A guest whose virtual CPUs stay in scheduling domain 0 although its monitor is in another one:
  /// the two never run in the same time slice, and the guest hangs. 2.3.1 mends it.
  static let vmOutsideDomain = Lint("vm-outside-domain") { subject in
    guard subject.sdk == .v2_3_0, let schedule = subject.system.domainSchedule,
      subject.target?.architecture != .x86_64
    else { return [] }
    return subject.topology.domains.compactMap { domain in
      guard let machine = domain.virtualMachine, let name = domain.schedulingDomain,
        schedule.domains.contains(where: { $0.name == name }), !schedule.isFirst(name)
      else { return nil }
      let entity = "virtual machine '\(machine.name)'"
      return Finding(
        rule: "vm-outside-domain", severity: .warning, at: subject.place(machine.origin, entity),
        "\(entity) does not run in scheduling domain '\(name)' with its monitor '\(domain.name)': "
          + "Microkit 2.3.0 leaves it in domain 0",
        fix: "use Microkit 2.3.1 or newer, or give '\(name)' the id 0")
    }
  }
}

extension DomainSchedule {
  /// Whether the Microkit tool surely gives this scheduling domain the number 0. It numbers the
  /// domains without one in no particular order.
  fileprivate func isFirst(_ name: String) -> Bool {
    if let owner = domains.first(where: { $0.id == 0 }) { return owner.name == name }
    let unnumbered = domains.filter { $0.id == nil }
    return unnumbered.count == 1 && unnumbered.first?.name == name
  }
}

extension Lint {
  /// A virtual machine none of whose virtual CPUs is on its monitor's core: every fault of the guest
  /// crosses cores, and the kernels of 2.1.0 and 2.2.0 stop with a failed assertion.
  static let vcpuCore = Lint("vcpu-core") { subject in
    subject.topology.domains.compactMap { domain in
      guard let machine = domain.virtualMachine, !machine.cpus.isEmpty else { return nil }
      // Since 2.3.0, a virtual CPU is on its monitor's core unless it names one, before on core 0.
      let own = domain.cpu ?? 0
      let standard = subject.sdk < .v2_3_0 ? 0 : own
      let cores = machine.cpus.map { $0.cpu ?? standard }
      if cores.contains(own) { return nil }
      let entity = "virtual machine '\(machine.name)'"
      return Finding(
        rule: "vcpu-core", severity: .warning, at: subject.place(machine.origin, entity),
        "no virtual CPU of '\(machine.name)' is on core \(own), where its monitor '\(domain.name)' "
          + "runs: "
          + (subject.sdk < .v2_3_0
            ? "the kernel of Microkit \(subject.sdk) stops with a failed assertion"
            : "every fault of the guest crosses cores"),
        fix: "write cpu=\"\(own)\" on a <vcpu>, or move the monitor")
    }
  }
}
