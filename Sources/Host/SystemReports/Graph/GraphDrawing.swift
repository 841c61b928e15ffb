// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Builds the drawing: the frame, then nodes, then edges, in the order of the description.
struct GraphDrawing {
  let topology: Topology
  let options: GraphOptions
  let memoryGroups: [MemoryGroup]
  var dot = DOTText()
  /// Nodes' identifiers by domain: numbered, because names may contain anything.
  private(set) var nodes: [String: String] = [:]

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

  /// Puts drivers in one column, where readers start.
  private mutating func alignDrivers() {
    let drivers = topology.domains.filter { topology.role(of: $0) == .driver }
    let names = drivers.compactMap { nodes[$0.name] }.map { " \($0);" }.joined()
    if drivers.count > 1 { dot.line("  { rank=same;\(names) }") }
  }
}
