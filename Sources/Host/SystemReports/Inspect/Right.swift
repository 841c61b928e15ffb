// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SystemReport {
  /// A right beyond memory, channels and interrupts.
  public struct Right: Hashable, Sendable, Codable {
    /// What the right is, the most powerful first.
    public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
      /// A capability to another domain's thread.
      case tcb
      /// A capability to another domain's address space.
      case vspace
      /// A capability to another domain's scheduling context.
      case schedulingContext = "scheduling context"
      /// Secure monitor calls.
      case smc
      /// A range of x86 I/O ports.
      case ioPorts = "io ports"
      /// A device's access to a region, through an IOMMU.
      case ioMap = "io map"
      /// A parent's capability to its child's thread, and the child's faults.
      case parent
      /// The virtual CPUs of a guest, and their faults.
      case guest
    }

    /// Name of the domain that has the right, or of the device's address space.
    public var holder: String
    /// What it is.
    public var kind: Kind
    /// Name of the domain, guest or region that the right is over; nil for what is the machine's.
    public var target: String?
    /// The right in words.
    public var text: String
  }
}

/// Collects the rights of a system, ordered by kind and then as in the description.
func rights(of topology: Topology, sdk: SDKVersion) -> [SystemReport.Right] {
  let all =
    topology.domains.flatMap { rights(of: $0, sdk: sdk) }
    + topology.system.ioAddressSpaces.flatMap(rights)
  return SystemReport.Right.Kind.allCases.flatMap { kind in all.filter { $0.kind == kind } }
}

private func rights(of domain: ProtectionDomain, sdk: SDKVersion) -> [SystemReport.Right] {
  func right(
    _ kind: SystemReport.Right.Kind, over target: String? = nil, _ text: String
  ) -> SystemReport.Right {
    SystemReport.Right(holder: domain.name, kind: kind, target: target, text: text)
  }
  var found = domain.capabilities.map { capability -> SystemReport.Right in
    let place = "of \(capability.domain), in slot \(capability.slot)"
    switch capability.kind {
    case .tcb:
      return right(
        .tcb, over: capability.domain, "TCB \(place): stops it, restarts it, sets its registers")
    case .vspace:
      return right(.vspace, over: capability.domain, "VSpace \(place): maps memory into it")
    case .schedulingContext:
      return right(
        .schedulingContext, over: capability.domain,
        "scheduling context \(place): takes its processor time")
    }
  }
  if domain.smc { found.append(right(.smc, "secure monitor calls")) }
  found += domain.ioPorts.map { right(.ioPorts, "I/O \(range(of: $0))") }
  found += domain.children.map { child in
    let id = child.childID.map { " (child \($0))" } ?? ""
    return right(
      .parent, over: child.name,
      "parent of \(child.name)\(id): handles its faults, stops it, restarts it")
  }
  if let machine = domain.virtualMachine {
    let cpus = machine.cpus.map {
      "vCPU \($0.id) on cpu \($0.effectiveCPU(monitor: domain, sdk: sdk))"
    }
    found.append(
      right(
        .guest, over: machine.name,
        "runs guest \(machine.name): \(cpus.joined(separator: ", "))"))
  }
  return found
}

private func rights(of space: IOAddressSpace) -> [SystemReport.Right] {
  space.maps.map { map in
    let permissions = map.attributes["perms"] ?? "rw"
    let verbs = [
      permissions.contains("r") ? "reads" : nil, permissions.contains("w") ? "writes" : nil,
    ].compactMap { $0 }
    let region = map.attributes["mr"] ?? "?"
    return SystemReport.Right(
      holder: space.attributes["name"] ?? "?", kind: .ioMap, target: region,
      text: "device \(space.attributes["peripheral_id"] ?? "?") "
        + "\(verbs.joined(separator: " and ")) \(region)")
  }
}

/// "ports 0x3f8 to 0x3ff".
func range(of ports: IOPort) -> String {
  if ports.size <= 1 { return "port \(hexadecimal(ports.address))" }
  let (last, overflow) = ports.address.addingReportingOverflow(ports.size - 1)
  return "ports \(hexadecimal(ports.address)) to \(hexadecimal(overflow ? .max : last))"
}
