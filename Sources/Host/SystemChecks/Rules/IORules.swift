// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Checks what only x86 has: I/O ports, address spaces of devices, and what its virtual machines
/// cannot be combined with.
func checkIO(_ system: SystemDescription, _ context: inout CheckContext) {
  checkPorts(system, &context)
  checkAddressSpaces(system, &context)
  guard context.architecture == .x86_64 else { return }
  if context.sdk >= .v2_2_0 { checkAddressSymbols(system, &context) }
  if context.sdk >= .v2_3_0 { checkMonitors(system, &context) }
}

/// Identifiers are unique in a domain, ports in the system.
private func checkPorts(_ system: SystemDescription, _ context: inout CheckContext) {
  var earlier: [(domain: String, port: IOPort)] = []
  for domain in system.allProtectionDomains {
    var ids: Set<ChannelID> = []
    for port in domain.ioPorts {
      if !ids.insert(port.id).inserted {
        context.report(
          .duplicateID, at: port.origin.location,
          "'\(domain.name)' uses identifier \(port.id) for a second range of I/O ports",
          fix: "use an identifier that is free")
      }
      if let other = earlier.first(where: { overlaps($0.port, port, context.sdk) }) {
        context.report(
          .overlappingPorts, at: port.origin.location,
          "I/O ports \(text(port)) overlap \(text(other.port)) of '\(other.domain)'",
          fix: "give each port to one protection domain")
      }
      earlier.append((domain.name, port))
    }
  }
}

/// The ends wrap around as in the Microkit tool. In 2.1.0, adjacent ranges overlap if the last port
/// is left out of both, which amounts to the same.
private func overlaps(_ a: IOPort, _ b: IOPort, _ sdk: SDKVersion) -> Bool {
  let slack: UInt64 = sdk < .v2_2_0 ? 1 : 0
  let (aEnd, bEnd) = (a.address &+ a.size &- slack, b.address &+ b.size &- slack)
  return sdk < .v2_2_0
    ? a.address <= bEnd && b.address <= aEnd : !(aEnd <= b.address || bEnd <= a.address)
}

private func text(_ port: IOPort) -> String {
  "[\(hexadecimal(port.address)), \(hexadecimal(port.address &+ port.size)))"
}

private func checkAddressSpaces(_ system: SystemDescription, _ context: inout CheckContext) {
  let spaces = system.ioAddressSpaces
  if spaces.isEmpty { return }
  reportRepeated(spaces, "name", .duplicateName, &context) { $0 }
  reportRepeated(spaces, "domain_id", .duplicateID, &context) { parseSystemNumber($0) }
  reportRepeated(spaces, "peripheral_id", .duplicateID, &context) {
    PCIAddress($0, isLenient: false)
  }
  let regions = Dictionary(
    system.memoryRegions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  for space in spaces {
    for map in space.maps {
      guard let name = map.attributes["mr"] else { continue }
      guard let region = regions[name] else {
        context.report(
          .unknownName, at: map.origin.location, "there is no memory region '\(name)'",
          fix: "declare it with <memory_region>")
        continue
      }
      if region.pageSize == .large {
        context.report(
          .badValue, at: map.origin.location,
          "'\(name)' has pages of 2 MiB, which seL4 cannot map for an IOMMU",
          fix: "remove page_size from the region")
      }
    }
    checkMaps(
      space.maps.compactMap(\.asMap), regions, in: .device,
      "I/O address space '\(space.attributes["name"] ?? "")'", &context)
  }
}

private func reportRepeated<Key: Hashable>(
  _ spaces: [IOAddressSpace], _ attribute: String, _ rule: Rule, _ context: inout CheckContext,
  key: (String) -> Key?
) {
  var seen: Set<Key> = []
  for space in spaces {
    guard let text = space.attributes[attribute], let key = key(text), !seen.insert(key).inserted
    else { continue }
    context.report(
      rule, at: space.origin.location, "a second <io_address_space> with \(attribute)=\"\(text)\"",
      fix: "give each its own, or join them")
  }
}

extension IOAddressSpace.IOMap {
  /// The same mapping as one of a protection domain, for the rules that they share.
  fileprivate var asMap: Map? {
    guard let region = attributes["mr"],
      let address = attributes["iovaddr"].flatMap(parseSystemNumber)
    else { return nil }
    return Map(region, at: VirtualAddress(address), .readWrite, origin: origin)
  }
}

/// The tool cannot choose an address on x86, whose memory it does not know.
private func checkAddressSymbols(_ system: SystemDescription, _ context: inout CheckContext) {
  for domain in system.allProtectionDomains {
    for symbol in domain.physicalAddressSymbols {
      guard let region = system.memoryRegion(named: symbol.region),
        region.physicalAddress == nil
      else { continue }
      context.report(
        .unsupportedTarget, at: symbol.origin.location,
        "the Microkit tool cannot choose a physical address for '\(region.name)' on x86",
        fix: "give the region a phys_addr")
    }
  }
}

/// seL4_VMEnter waits for the notification only, so a VMM on x86 gets no calls and no faults.
private func checkMonitors(_ system: SystemDescription, _ context: inout CheckContext) {
  let monitors = system.allProtectionDomains.filter { $0.virtualMachine != nil }
  for monitor in monitors where !monitor.children.isEmpty {
    context.report(
      .unsupportedTarget, at: monitor.origin.location,
      "'\(monitor.name)' has a virtual machine and children, which x86 cannot combine",
      fix: "give the children another parent")
  }
  let names = Set(monitors.map(\.name))
  for channel in system.channels {
    for (caller, callee) in [(channel.a, channel.b), (channel.b, channel.a)]
    where caller.mayCall && names.contains(callee.domain) {
      context.report(
        .unsupportedTarget, at: caller.origin.location,
        "'\(callee.domain)' has a virtual machine and cannot be called on x86",
        fix: "remove pp, and notify it")
    }
  }
}
