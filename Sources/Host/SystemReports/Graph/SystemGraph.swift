// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

public struct GraphOptions: Hashable, Sendable {
  /// Headline; nil draws none.
  public var title: String?
  /// Draws each shared region on its own instead of grouping those with the same sharers.
  public var everyRegion: Bool
  public var sdk: SDKVersion

  public init(title: String? = nil, everyRegion: Bool = false, sdk: SDKVersion = .newest) {
    self.title = title
    self.everyRegion = everyRegion
    self.sdk = sdk
  }
}

/// A picture of a system in Graphviz's DOT language, the same for the same system to the byte:
/// hardware at the left, then drivers, virtualisers, copiers and clients, with the channels and
/// shared memory between them.
public func graph(
  _ system: SystemDescription, options: GraphOptions = GraphOptions(),
  ramRanges: [Range<UInt64>] = []
) -> String {
  let topology = Topology(system, ramRanges: ramRanges)
  var drawing = GraphDrawing(topology: topology, options: options)
  return drawing.draw()
}

private struct GraphDrawing {
  let topology: Topology
  let options: GraphOptions
  let memoryGroups: [MemoryGroup]
  var dot = DOTText()
  /// Nodes are numbered: names of a description may hold anything.
  private var nodes: [String: String] = [:]

  init(topology: Topology, options: GraphOptions) {
    self.topology = topology
    self.options = options
    memoryGroups = MemoryGroup.groups(of: topology, everyRegion: options.everyRegion)
  }

  mutating func draw() -> String {
    header()
    for (index, domain) in topology.domains.enumerated() where nodes[domain.name] == nil {
      nodes[domain.name] = "pd\(index)"
      domainNode(domain)
    }
    for (index, domain) in topology.domains.enumerated() { hardware(of: domain, number: index) }
    alignDrivers()
    for (index, group) in memoryGroups.enumerated() { memory(group, number: index) }
    topology.system.channels.forEach { channel($0) }
    topology.domains.forEach { children(of: $0) }
    dot.line("}")
    return dot.text
  }

  // MARK: Frame

  private mutating func header() {
    dot.line("digraph system {")
    dot.statement(
      "graph",
      [
        ("rankdir", "LR"), ("bgcolor", "white"), ("fontname", DOTText.quoted(Palette.font)),
        ("nodesep", "0.3"), ("ranksep", "0.6"), ("pad", "0.3"), ("splines", "spline"),
        ("newrank", "true"), ("labelloc", "t"), ("label", "<\(legend)>"),
      ])
    dot.statement(
      "node",
      [
        ("shape", "box"), ("style", "\"rounded,filled\""), ("penwidth", "1.3"),
        ("fontname", DOTText.quoted(Palette.font)), ("fontsize", "11"),
        ("fontcolor", DOTText.quoted(Palette.text)), ("margin", "\"0.14,0.07\""),
      ])
    dot.statement(
      "edge",
      [
        ("fontname", DOTText.quoted(Palette.font)), ("fontsize", "9"), ("arrowsize", "0.7"),
        ("fontcolor", DOTText.quoted(Palette.faint)),
      ])
  }

  private var legend: String {
    func swatch(_ colours: Palette.Colours, _ text: String) -> String {
      "<td bgcolor=\"\(colours.fill)\" color=\"\(colours.line)\" border=\"1\" width=\"22\"> </td>"
        + "<td align=\"left\">\(text)</td>"
    }
    func line(_ colour: String, _ glyph: String, _ text: String) -> String {
      "<td align=\"right\"><font color=\"\(colour)\" point-size=\"17\">\(glyph)</font></td>"
        + "<td align=\"left\">\(text)</td>"
    }
    let roles: [(Role, String)] = [
      (.driver, "driver"), (.virtualiser, "virtualiser"), (.copier, "copier"),
      (.server, "passive server"), (.client, "client"),
    ]
    let title = options.title.map {
      "<tr><td><font point-size=\"17\"><b>\(DOTText.escaped($0))</b></font></td></tr>"
    }
    let present = Set(topology.domains.map(topology.role(of:)))
    let domains = roles.filter { present.contains($0.0) }
      .map { swatch(Palette.colours(of: $0.0), $0.1) }.joined()
    let rest =
      swatch(Palette.hardware, "hardware") + swatch(Palette.memory, "shared memory")
      + swatch(Palette.dma, "memory a device reaches")
    let lines =
      line(Palette.channel, "\u{2194}", "notify both ways, ids at the ends")
      + line(Palette.call, "<b>\u{2192}</b>", "protected call")
      + line(Palette.interrupt, "\u{2192}", "interrupt")
      + line(Palette.memoryEdge, "\u{2500}", "maps: r, w, x")
    func row(_ cells: String) -> String {
      "<tr><td><table border=\"0\" cellborder=\"0\" cellspacing=\"5\" cellpadding=\"2\">"
        + "<tr>\(cells)</tr></table></td></tr>"
    }
    return "<table border=\"0\" cellborder=\"0\" cellspacing=\"2\">"
      + (title ?? "") + row(domains + rest) + row(lines) + "</table>"
  }

  /// Drivers stand in one column: they are where a reader starts.
  private mutating func alignDrivers() {
    let drivers = topology.domains.filter { topology.role(of: $0) == .driver }
    let names = drivers.compactMap { nodes[$0.name] }.map { " \($0);" }.joined()
    if drivers.count > 1 { dot.line("  { rank=same;\(names) }") }
  }

  // MARK: Nodes

  private mutating func domainNode(_ domain: ProtectionDomain) {
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

  /// Inches, in tenths: taller where many lines must find room to arrive.
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

  /// Regions of one domain say more as a number than as a node each.
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

  /// What a driver drives: its register regions and interrupt lines, as one node.
  private mutating func hardware(of domain: ProtectionDomain, number: Int) {
    var devices: [MemoryRegion] = []
    for map in domain.maps {
      guard let region = topology.system.memoryRegion(named: map.region),
        topology.kind(of: region) == .device, !devices.contains(region)
      else { continue }
      devices.append(region)
    }
    if devices.isEmpty && domain.interrupts.isEmpty { return }
    let lines = devices.map { device in
      "\(device.physicalAddress?.description ?? "") \u{b7} \(readable(device.size ?? 0))"
    }
    let title = devices.first?.name ?? "interrupt"
    dot.statement(
      "hw\(number)",
      [
        ("label", "<\(label(title, size: 10, lines))>"), ("style", "filled"),
        ("fillcolor", DOTText.quoted(Palette.hardware.fill)),
        ("color", DOTText.quoted(Palette.hardware.line)),
      ])
    let node = nodes[domain.name] ?? ""
    for interrupt in domain.interrupts {
      dot.statement(
        "hw\(number) -> \(node)",
        [
          ("color", DOTText.quoted(Palette.interrupt)), ("penwidth", "1.4"), ("weight", "8"),
          ("label", DOTText.quoted(" \(Self.name(of: interrupt)) ")),
          ("headlabel", DOTText.quoted(" \(interrupt.id) ")),
          ("fontcolor", DOTText.quoted(Palette.interrupt)),
        ])
    }
    if domain.interrupts.isEmpty {
      dot.statement("hw\(number) -> \(node)", memoryEdge(label: "rw", domain: domain.name))
    }
  }

  private static func name(of interrupt: Interrupt) -> String {
    switch interrupt.source {
    case .line(let number, let trigger): "irq \(number) \(trigger.rawValue)"
    case .ioAPIC: "I/O APIC"
    case .messageSignalled: "MSI"
    }
  }

  private mutating func memory(_ group: MemoryGroup, number: Int) {
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
      // The most privileged sharer stands left of the memory, the others right of it.
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

  // MARK: Channels

  private func isUpstream(_ a: String, _ b: String) -> Bool {
    func key(_ name: String) -> (Int, Int, String) {
      let role = topology.role(ofDomainNamed: name)
      let rank = Role.allCases.firstIndex(of: role) ?? 0
      return (rank, -Int(topology.domain(named: name)?.effectivePriority.rawValue ?? 0), name)
    }
    return key(a) < key(b)
  }

  private mutating func channel(_ channel: Channel) {
    let swap = isUpstream(channel.b.domain, channel.a.domain)
    let (tail, head) = swap ? (channel.b, channel.a) : (channel.a, channel.b)
    guard let from = nodes[tail.domain], let to = nodes[head.domain] else { return }
    let calls = tail.mayCall || head.mayCall
    // Where nothing but calls goes one way, the call's arrow takes that end.
    func arrow(_ opposite: Channel.End) -> String {
      opposite.mayCall ? "normal" : opposite.mayNotify ? "vee" : "none"
    }
    let colour = calls ? Palette.call : Palette.channel
    dot.statement(
      "\(from) -> \(to)",
      [
        ("dir", "both"), ("arrowtail", arrow(head)), ("arrowhead", arrow(tail)),
        ("color", DOTText.quoted(colour)), ("fontcolor", DOTText.quoted(colour)),
        ("penwidth", calls ? "2.2" : "1.4"), ("style", calls ? "\"dashed\"" : "solid"),
        ("taillabel", DOTText.quoted(" \(tail.id) ")),
        ("headlabel", DOTText.quoted(" \(head.id) ")), ("labeldistance", "1.9"),
        ("labelangle", "22"),
        ("weight", "3"),
      ] + (calls ? [("label", "\"call\"")] : []))
  }

  private mutating func children(of parent: ProtectionDomain) {
    for child in parent.children {
      guard let from = nodes[parent.name], let to = nodes[child.name] else { continue }
      let id = child.childID.map { " \($0)" } ?? ""
      dot.statement(
        "\(from) -> \(to)",
        [
          ("style", "dotted"), ("arrowhead", "odiamond"),
          ("color", DOTText.quoted(Palette.faint)), ("label", DOTText.quoted("child\(id)")),
        ])
    }
  }
}
