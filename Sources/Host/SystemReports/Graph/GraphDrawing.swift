// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Builds the drawing: the frame, then nodes, then edges, in the order of the description.
struct GraphDrawing {
  let topology: Topology
  let options: GraphOptions
  let memoryGroups: [MemoryGroup]
  /// Memory that is written at a channel, by the channel's index.
  let memoryAtChannels: [Int: [MemoryGroup]]
  let order: GraphOrder
  let ports: [String: SidePorts]
  let regions: [String: MemoryRegion]
  let kinds: [String: MemoryKind]
  let schedule: SystemReport.Schedule?
  var dot = DOTText()
  /// Nodes' identifiers by domain: numbered, because names may contain anything.
  private(set) var nodes: [String: String] = [:]
  /// Nodes of guests, by the domain that runs them.
  private(set) var guests: [String: String] = [:]

  init(topology: Topology, options: GraphOptions) {
    self.topology = topology
    self.options = options
    let system = topology.system
    regions = Dictionary(
      system.memoryRegions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    kinds = regions.mapValues(topology.kind(of:))
    order = GraphOrder(topology)
    ports = SidePorts.all(of: topology, order)
    var groups =
      options.showsMemory
      ? MemoryGroup.groups(of: topology, kinds: kinds, everyRegion: options.everyRegion) : []
    memoryAtChannels =
      options.everyRegion
      ? [:] : MemoryGroup.foldAtHubs(&groups, ports: ports, channels: system.channels)
    memoryGroups = groups
    schedule = system.domainSchedule.map { .init($0, domains: topology.domains) }
  }

  mutating func draw() -> String {
    header()
    for (index, domain) in topology.domains.enumerated() where nodes[domain.name] == nil {
      nodes[domain.name] = "pd\(index)"
      domainNode(domain)
      if let machine = domain.virtualMachine {
        guests[domain.name] = "vm\(index)"
        guestNode(machine, of: domain)
      }
    }
    for (index, domain) in topology.domains.enumerated() { hardware(of: domain, number: index) }
    alignDrivers()
    for (index, space) in topology.system.ioAddressSpaces.enumerated() {
      ioAddressSpace(space, number: index)
    }
    for (index, group) in memoryGroups.enumerated() { memory(group, number: index) }
    for (index, channel) in topology.system.channels.enumerated() { self.channel(channel, index) }
    topology.domains.forEach { rights(of: $0) }
    dot.line("}")
    return dot.text
  }

  private mutating func header() {
    let longest = ports.values.map { max($0.left.count, $0.right.count) }.max() ?? 0
    // The lines of a hub need room to spread.
    let tenths = min(30, 6 + longest / 2)
    dot.line("digraph system {")
    dot.statement(
      "graph",
      [
        ("rankdir", "LR"), ("bgcolor", "white"), ("fontname", DOTText.quoted(Palette.font)),
        ("nodesep", "0.3"), ("ranksep", "\(tenths / 10).\(tenths % 10)"), ("pad", "0.3"),
        ("splines", "spline"), ("newrank", "true"), ("labelloc", "t"), ("label", "<\(legend)>"),
      ] + effort)
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

  /// Bounds Graphviz's search for the best layout, which would take minutes for the largest systems.
  private var effort: [(String, String)] {
    topology.domains.count + memoryGroups.count <= 100
      ? [] : [("nslimit", "1"), ("nslimit1", "1"), ("mclimit", "0.3")]
  }

  /// Puts drivers in one column, where readers start.
  private mutating func alignDrivers() {
    let drivers = topology.domains.filter { order.role(of: $0.name) == .driver }
    let names = drivers.compactMap { nodes[$0.name] }.map { " \($0);" }.joined()
    if drivers.count > 1 { dot.line("  { rank=same;\(names) }") }
  }
}
