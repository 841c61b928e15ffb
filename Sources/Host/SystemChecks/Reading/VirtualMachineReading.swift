// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML

extension SystemReader {
  mutating func virtualMachine(_ element: XMLElement) -> VirtualMachine? {
    checkHypervisor(element)
    let isScheduled = context.architecture == .aarch64 || context.sdk < .v2_3_0
    let reader = ElementReader(
      element, isScheduled ? .virtualMachine : .unscheduledVirtualMachine, &context)
    let priority = isScheduled ? machinePriority(reader) : nil
    let (budget, period) = isScheduled ? budgetAndPeriod(reader) : (nil, nil)
    var machine = VirtualMachine(
      reader.text("name") ?? "", priority: priority, budget: budget, period: period, cpus: [],
      origin: reader.origin)
    var sawCPU = false
    for child in element.children {
      switch child.name {
      case "vcpu":
        if sawCPU, context.sdk < .v2_0_1 { repeated(child) }
        sawCPU = true
        guard let cpu = virtualCPU(child) else { continue }
        if machine.cpus.contains(where: { $0.id == cpu.id }) {
          context.report(
            .duplicateID, at: child.location, "a second vcpu with id \(cpu.id)",
            fix: "use another id")
        }
        machine.cpus.append(cpu)
      case "map":
        if let map = map(child, .virtualMachineMap, in: .machine) { machine.maps.append(map) }
      default:
        unknown(child, in: "virtual_machine", known: ["vcpu", "map"])
      }
    }
    if context.architecture == .x86_64, machine.cpus.count > 1 {
      context.report(
        .unsupportedTarget, at: element.location,
        "virtual machine '\(machine.name)' has \(machine.cpus.count) vCPUs, on which the Microkit tool panics on x86",
        fix: "keep one <vcpu>")
    }
    if !sawCPU {
      context.report(
        .missingElement, at: element.location, "virtual machine '\(machine.name)' has no <vcpu>",
        fix: "add <vcpu id=\"0\" />")
    }
    return reader.text("name") == nil ? nil : machine
  }

  private mutating func checkHypervisor(_ element: XMLElement) {
    if context.hasHypervisor { return }
    context.reportUnsupported(
      at: element.location, "<virtual_machine>: this kernel is not a hypervisor",
      needs: "a hypervisor")
  }

  /// Before 2.3.1, the Microkit tool does not limit it and uses its lowest eight bits.
  private mutating func machinePriority(_ reader: ElementReader) -> Priority? {
    if context.sdk >= .v2_3_1 { return self.priority(reader) }
    return reader.number("priority", &context).map { Priority(UInt8(truncatingIfNeeded: $0)) }
  }

  private mutating func virtualCPU(_ element: XMLElement) -> VirtualMachine.CPU? {
    let reader = ElementReader(element, .virtualCPU, &context)
    warnOfContent(element)
    let cpu = cpu(reader)
    guard let id = reader.channelID("id", isSigned: false, &context) else { return nil }
    return VirtualMachine.CPU(
      id: id, cpu: cpu, idSymbol: reader.text("setvar_id"), origin: reader.origin)
  }
}
