// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension GraphDrawing {
  /// Draws what a domain and its guest have of the hardware: devices' registers, interrupts and I/O
  /// ports as one node for each.
  mutating func hardware(of domain: ProtectionDomain, number: Int) {
    guard let node = nodes[domain.name] else { return }
    let devices = devices(in: domain.maps)
    let ports = domain.ioPorts.map { "I/O \(range(of: $0))" }
    if !devices.isEmpty || !domain.interrupts.isEmpty || !ports.isEmpty {
      hardwareNode("hw\(number)", devices, ports: ports)
      interrupts(of: domain, from: "hw\(number)", to: node)
      if domain.interrupts.isEmpty {
        let label = permissions(for: devices, of: domain.maps)
        dot.statement("hw\(number) -> \(node)", memoryEdge(label: label))
      }
    }
    guard let machine = domain.virtualMachine, let guest = guests[domain.name] else { return }
    let guestDevices = self.devices(in: machine.maps)
    if guestDevices.isEmpty { return }
    hardwareNode("hwvm\(number)", guestDevices, ports: [])
    let label = permissions(for: guestDevices, of: machine.maps)
    dot.statement("hwvm\(number) -> \(guest)", memoryEdge(label: label))
  }

  private func devices(in maps: [Map]) -> [MemoryRegion] {
    var seen: Set<String> = []
    return maps.filter { kinds[$0.region] == .device && seen.insert($0.region).inserted }
      .compactMap { regions[$0.region] }
  }

  private func permissions(for devices: [MemoryRegion], of maps: [Map]) -> String {
    let names = Set(devices.map(\.name))
    let texts = Set(maps.filter { names.contains($0.region) }.map(\.permissions.description))
    return texts.sorted().joined(separator: ", ")
  }

  private mutating func hardwareNode(
    _ node: String, _ devices: [MemoryRegion], ports: [String]
  ) {
    let shown = 4
    var lines = devices.prefix(shown).map { device in
      "\(device.physicalAddress?.description ?? "") \u{b7} \(size(of: [device]))"
    }
    if devices.count > shown { lines.append("and \(devices.count - shown) more") }
    // In names by sdfgen and Serval, the device tree's node comes before the first slash.
    let names = devices.map { $0.name.split(separator: "/").first.map(String.init) ?? $0.name }
    var seen: Set<String> = []
    let title =
      names.isEmpty
      ? ports.isEmpty ? "interrupt" : "I/O ports"
      : names.filter { seen.insert($0).inserted }.prefix(shown).joined(separator: ", ")
    dot.statement(
      node,
      [
        ("label", "<\(label(title, size: 10, lines, rights: ports))>"), ("style", "filled"),
        ("fillcolor", DOTText.quoted(Palette.hardware.fill)),
        ("color", DOTText.quoted(Palette.hardware.line)),
      ])
  }

  private mutating func interrupts(
    of domain: ProtectionDomain, from hardware: String, to node: String
  ) {
    if domain.interrupts.count > SidePorts.shownInterrupts {
      // A guest's dozens of edges would be a tangle, and their identifiers say little.
      let rows = stride(from: 0, to: domain.interrupts.count, by: 4).map { start in
        domain.interrupts[start...].prefix(4).map { name(of: $0, brief: true) }
          .joined(separator: ", ")
      }
      interruptEdge("\(hardware) -> \(node)", ["\(domain.interrupts.count) interrupts"] + rows)
      return
    }
    for (index, interrupt) in domain.interrupts.enumerated() {
      interruptEdge(
        "\(hardware) -> \(node):\(SidePorts.interrupt(index)):w", [name(of: interrupt)])
    }
  }

  private mutating func interruptEdge(_ edge: String, _ label: [String]) {
    let text = label.map { " \(DOTText.escaped($0)) " }.joined(separator: "<br/>")
    dot.statement(
      edge,
      [
        ("color", DOTText.quoted(Palette.interrupt)), ("penwidth", "1.4"), ("weight", "8"),
        ("label", "<\(text)>"), ("fontcolor", DOTText.quoted(Palette.interrupt)),
      ])
  }

  private func name(of interrupt: Interrupt, brief: Bool = false) -> String {
    switch interrupt.source {
    case .line(let number, let trigger):
      brief ? "\(number)" : "irq \(number) \(trigger.rawValue)"
    case .ioAPIC(let attributes): "I/O APIC pin \(attributes["pin"] ?? "?")"
    case .messageSignalled(let attributes): "MSI of \(attributes["pcidev"] ?? "?")"
    }
  }

  /// A device behind an IOMMU; edges from it go to what it can reach.
  mutating func ioAddressSpace(_ space: IOAddressSpace, number: Int) {
    let lines = [space.attributes["peripheral_id"].map { "device \($0)" }].compactMap { $0 }
    dot.statement(
      "io\(number)",
      [
        ("label", "<\(label(space.attributes["name"] ?? "?", size: 10, lines))>"),
        ("style", "filled"), ("fillcolor", DOTText.quoted(Palette.hardware.fill)),
        ("color", DOTText.quoted(Palette.hardware.line)),
      ])
  }
}
