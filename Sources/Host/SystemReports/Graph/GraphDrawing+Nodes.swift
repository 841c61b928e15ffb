// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension GraphDrawing {
  mutating func domainNode(_ domain: ProtectionDomain) {
    let colours = Palette.colours(of: topology.role(of: domain))
    var lines = ["priority \(domain.effectivePriority)"]
    if domain.budget != nil || domain.period != nil {
      let (budget, period) = (domain.effectiveBudget, domain.effectivePeriod)
      lines[0] +=
        budget == period
        ? " \u{b7} \(budget.rawValue) \u{b5}s"
        : " \u{b7} \(budget.rawValue) of \(period.rawValue) \u{b5}s"
    }
    lines.append(
      "stack \(readable(domain.effectiveStackSize(sdk: options.sdk)))"
        + (domain.passive ? " \u{b7} passive" : ""))
    if let own = ownMemory(domain) { lines.append(own) }
    if let machine = domain.virtualMachine { lines.append("runs guest \(machine.name)") }
    dot.statement(
      nodes[domain.name] ?? "",
      [
        ("label", "<\(label(domain.name, lines))>"), ("height", height(of: domain)),
        ("fillcolor", DOTText.quoted(colours.fill)), ("color", DOTText.quoted(colours.line)),
      ] + (domain.passive ? [("style", "\"rounded,filled,dashed\"")] : []))
  }

  /// In inches, with one decimal: nodes with many edges are taller.
  private func height(of domain: ProtectionDomain) -> String {
    let regions = Set(domain.maps.map(\.region))
    let groups = memoryGroups.count { group in regions.contains(group.regions[0].name) }
    let channels = topology.system.channels.count { channel in
      channel.a.domain == domain.name || channel.b.domain == domain.name
    }
    let tenths = min(60, max(5, (groups + channels) * 5 / 2))
    return "\(tenths / 10).\(tenths % 10)"
  }

  private func label(_ title: String, size: Int = 13, _ lines: [String]) -> String {
    "<font point-size=\"\(size)\"><b>\(DOTText.escaped(title))</b></font>"
      + lines.map {
        "<br/><font point-size=\"9.5\" color=\"\(Palette.faint)\">\(DOTText.escaped($0))</font>"
      }.joined()
  }

  /// The total of a domain's private regions, which would be too many nodes.
  private func ownMemory(_ domain: ProtectionDomain) -> String? {
    var sizes: [String: ByteCount] = [:]
    for map in domain.maps {
      guard let region = topology.system.memoryRegion(named: map.region),
        topology.kind(of: region) == .private
      else { continue }
      sizes[region.name] = region.size ?? 0
    }
    return sizes.isEmpty ? nil : "own memory \(readable(total(sizes.values)))"
  }

  /// Draws a driver's device: its registers and interrupts as one node.
  mutating func hardware(of domain: ProtectionDomain, number: Int) {
    var devices: [MemoryRegion] = []
    for map in domain.maps + (domain.virtualMachine?.maps ?? []) {
      guard let region = topology.system.memoryRegion(named: map.region),
        topology.kind(of: region) == .device, !devices.contains(region)
      else { continue }
      devices.append(region)
    }
    if devices.isEmpty && domain.interrupts.isEmpty { return }
    let shown = 4
    var lines = devices.prefix(shown).map { device in
      "\(device.physicalAddress?.description ?? "") \u{b7} \(readable(device.size ?? 0))"
    }
    if devices.count > shown { lines.append("and \(devices.count - shown) more") }
    // In names by sdfgen and Serval, the device tree's node comes before the first slash.
    let names = devices.map { $0.name.split(separator: "/").first.map(String.init) ?? $0.name }
    var seen: Set<String> = []
    let title =
      names.isEmpty
      ? "interrupt"
      : names.filter { seen.insert($0).inserted }.prefix(shown).joined(separator: ", ")
    dot.statement(
      "hw\(number)",
      [
        ("label", "<\(label(title, size: 10, lines))>"), ("style", "filled"),
        ("fillcolor", DOTText.quoted(Palette.hardware.fill)),
        ("color", DOTText.quoted(Palette.hardware.line)),
      ])
    let node = nodes[domain.name] ?? ""
    if domain.interrupts.count > 3 {
      // A guest's dozens of edges would be a tangle, and their identifiers say little.
      let rows = stride(from: 0, to: domain.interrupts.count, by: 4).map { start in
        domain.interrupts[start...].prefix(4).map { Self.name(of: $0, brief: true) }
          .joined(separator: ", ")
      }
      interruptEdge(
        from: number, to: node,
        label: (["\(domain.interrupts.count) interrupts"] + rows), id: "")
    } else {
      for interrupt in domain.interrupts {
        interruptEdge(
          from: number, to: node, label: [Self.name(of: interrupt)], id: " \(interrupt.id) ")
      }
    }
    if domain.interrupts.isEmpty {
      dot.statement("hw\(number) -> \(node)", memoryEdge(label: "rw", domain: domain.name))
    }
  }

  private mutating func interruptEdge(
    from number: Int, to node: String, label: [String], id: String
  ) {
    let text = label.map { " \(DOTText.escaped($0)) " }.joined(separator: "<br/>")
    dot.statement(
      "hw\(number) -> \(node)",
      [
        ("color", DOTText.quoted(Palette.interrupt)), ("penwidth", "1.4"), ("weight", "8"),
        ("label", "<\(text)>"), ("headlabel", DOTText.quoted(id)), ("labeldistance", "1.9"),
        ("labelangle", "22"), ("fontcolor", DOTText.quoted(Palette.interrupt)),
      ])
  }

  private static func name(of interrupt: Interrupt, brief: Bool = false) -> String {
    switch interrupt.source {
    case .line(let number, let trigger):
      brief ? "\(number)" : "irq \(number) \(trigger.rawValue)"
    case .ioAPIC: "I/O APIC"
    case .messageSignalled: "MSI"
    }
  }

  mutating func memory(_ group: MemoryGroup, number: Int) {
    let colours = group.isDMA ? Palette.dma : Palette.memory
    let title = options.everyRegion ? group.regions[0].name : group.title(topology)
    dot.statement(
      "mem\(number)",
      [
        ("label", "<\(label(title, size: 10, [readable(group.size)]))>"),
        ("shape", "box"), ("style", "filled"), ("penwidth", "0.9"), ("margin", "\"0.08,0.04\""),
        ("height", "0.3"), ("fillcolor", DOTText.quoted(colours.fill)),
        ("color", DOTText.quoted(colours.line)),
        ("tooltip", DOTText.quoted(group.regions.map(\.name).joined(separator: ", "))),
      ])
    let ordered = group.sharers.sorted(by: isUpstream)
    for (position, sharer) in ordered.enumerated() {
      guard let node = nodes[sharer] else { continue }
      let attributes = memoryEdge(
        label: group.permissions(of: sharer, topology), domain: sharer)
      // The most privileged sharer is to the left of the memory, the others to its right.
      let edge = position == 0 ? "\(node) -> mem\(number)" : "mem\(number) -> \(node)"
      dot.statement(edge, attributes)
    }
  }

  private func memoryEdge(label: String, domain: String) -> [(String, String)] {
    [
      ("label", DOTText.quoted(label)), ("arrowhead", "none"),
      ("color", DOTText.quoted(Palette.memoryEdge)), ("penwidth", "0.9"), ("weight", "2"),
    ]
  }
}
