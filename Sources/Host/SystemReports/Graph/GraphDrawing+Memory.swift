// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension GraphDrawing {
  mutating func memory(_ group: MemoryGroup, number: Int) {
    let colours = group.isDMA ? Palette.dma : Palette.memory
    let title = options.everyRegion ? group.regions[0].name : group.title(topology)
    dot.statement(
      "mem\(number)",
      [
        ("label", "<\(label(title, size: 10, [size(of: group.regions)]))>"),
        ("shape", "box"), ("style", "filled"), ("penwidth", "0.9"), ("margin", "\"0.08,0.04\""),
        ("height", "0.3"), ("fillcolor", DOTText.quoted(colours.fill)),
        ("color", DOTText.quoted(colours.line)),
        ("tooltip", DOTText.quoted(group.regions.map(\.name).joined(separator: ", "))),
      ])
    for space in group.ioSpaces {
      dot.statement(
        "io\(space) -> mem\(number)",
        memoryEdge(label: group.permissions(of: topology.system.ioAddressSpaces[space])))
    }
    let ordered = group.sharers.sorted { a, b in
      a.domain == b.domain ? !a.isGuest && b.isGuest : order.isUpstream(a.domain, b.domain)
    }
    for (position, sharer) in ordered.enumerated() {
      guard let node = sharer.isGuest ? guests[sharer.domain] : nodes[sharer.domain] else {
        continue
      }
      // The most privileged sharer is to the left of the memory, the others to its right.
      let isLeft = position == 0 && group.ioSpaces.isEmpty
      dot.statement(
        isLeft ? "\(node) -> mem\(number)" : "mem\(number) -> \(node)",
        memoryEdge(label: group.permissions(of: sharer, topology)))
    }
  }

  func memoryEdge(label: String) -> [(String, String)] {
    [
      ("label", DOTText.quoted(label)), ("arrowhead", "none"),
      ("color", DOTText.quoted(Palette.memoryEdge)), ("penwidth", "0.9"), ("weight", "2"),
    ]
  }
}
