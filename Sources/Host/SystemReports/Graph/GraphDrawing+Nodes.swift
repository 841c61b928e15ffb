// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension GraphDrawing {
  mutating func domainNode(_ domain: ProtectionDomain) {
    let colours = Palette.colours(of: order.role(of: domain.name))
    var lines = [time(domain.effectivePriority, domain.budget, domain.period)]
    lines.append(
      "stack \(readable(domain.effectiveStackSize(sdk: options.sdk)))"
        + (domain.passive ? " \u{b7} passive" : ""))
    if let name = domain.schedulingDomain {
      let share = schedule?.domains.first { $0.name == name }?.share.map(percentage)
      lines.append("scheduling domain \(name)" + (share.map { " \u{b7} \($0)" } ?? ""))
    }
    let unusual = [
      domain.cpu.map { "cpu \($0)" }, domain.fpu == false ? "no FPU" : nil,
    ].compactMap { $0 }
    if !unusual.isEmpty { lines.append(unusual.joined(separator: " \u{b7} ")) }
    if let own = ownMemory(of: domain.name, inGuest: false, domain.maps) {
      lines.append("own memory \(own)")
    }
    let text = label(domain.name, lines, rights: domain.smc ? ["secure monitor calls"] : [])
    dot.statement(
      nodes[domain.name] ?? "",
      [
        ("label", "<\((ports[domain.name] ?? SidePorts()).label(around: text))>"),
        ("height", height(of: domain)), ("margin", "\"0.05,0.02\""),
        ("fillcolor", DOTText.quoted(colours.fill)), ("color", DOTText.quoted(colours.line)),
      ] + (domain.passive ? [("style", "\"rounded,filled,dashed\"")] : []))
  }

  mutating func guestNode(_ machine: VirtualMachine, of monitor: ProtectionDomain) {
    var lines: [String] = []
    if machine.priority != nil || machine.budget != nil || machine.period != nil {
      lines.append(time(machine.effectivePriority, machine.budget, machine.period))
    }
    lines += machine.cpus.map {
      "vCPU \($0.id) on cpu \($0.effectiveCPU(monitor: monitor, sdk: options.sdk))"
    }
    if let own = ownMemory(of: monitor.name, inGuest: true, machine.maps) {
      lines.append("own memory \(own)")
    }
    dot.statement(
      guests[monitor.name] ?? "",
      [
        ("label", "<\(label("guest \(machine.name)", lines))>"),
        ("fillcolor", DOTText.quoted(Palette.guest.fill)),
        ("color", DOTText.quoted(Palette.guest.line)),
      ])
  }

  private func time(
    _ priority: Priority, _ budget: Microseconds?, _ period: Microseconds?
  ) -> String {
    if budget == nil && period == nil { return "priority \(priority)" }
    let time = budget ?? 1000
    let whole = period ?? time
    return time == whole
      ? "priority \(priority) \u{b7} \(time.rawValue) \u{b5}s"
      : "priority \(priority) \u{b7} \(time.rawValue) of \(whole.rawValue) \u{b5}s"
  }

  /// In inches, with one decimal: nodes with many edges are taller.
  private func height(of domain: ProtectionDomain) -> String {
    let sharer = MemoryGroup.Sharer(domain: domain.name, isGuest: false)
    let groups = memoryGroups.count { $0.sharers.contains(sharer) }
    let sides = ports[domain.name] ?? SidePorts()
    let tenths = min(60, max(5, (groups + sides.left.count + sides.right.count) * 5 / 2))
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// A title and facts below it, rights in their own colour.
  func label(
    _ title: String, size: Int = 13, _ lines: [String], rights: [String] = []
  ) -> String {
    func line(_ text: String, _ colour: String) -> String {
      "<br/><font point-size=\"9.5\" color=\"\(colour)\">\(DOTText.escaped(text))</font>"
    }
    return "<font point-size=\"\(size)\"><b>\(DOTText.escaped(title))</b></font>"
      + lines.map { line($0, Palette.faint) }.joined()
      + rights.map { line($0, Palette.right) }.joined()
  }

  /// The total of the private regions of a domain or guest, which would be too many nodes.
  private func ownMemory(of domain: String, inGuest: Bool, _ maps: [Map]) -> String? {
    var own: [String: MemoryRegion] = [:]
    for map in maps {
      guard let region = regions[map.region], kinds[map.region] == .private,
        topology.uses(of: map.region).allSatisfy({ $0.isGuest == inGuest })
      else { continue }
      own[region.name] = region
    }
    return own.isEmpty ? nil : size(of: own.values.sorted { $0.name < $1.name })
  }

  /// The total size of regions; for a single one, also what its size depends on.
  func size(of regions: [MemoryRegion]) -> String {
    let unsized = regions.filter { $0.size == nil }
    if regions.count == 1, let path = unsized.first?.prefillPath {
      return "size unknown without \(path)"
    }
    return amount(
      total(regions.compactMap(\.size)), unsized: unsized.count, of: regions.count)
  }
}
