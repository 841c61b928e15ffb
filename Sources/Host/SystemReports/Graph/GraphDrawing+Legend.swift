// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension GraphDrawing {
  /// The headline, and the meaning of the colours and lines that occur in the picture.
  var legend: String {
    func swatch(_ colours: Palette.Colours, _ text: String) -> String {
      "<td bgcolor=\"\(colours.fill)\" color=\"\(colours.line)\" border=\"1\" width=\"22\"> </td>"
        + "<td align=\"left\">\(text)</td>"
    }
    let roles: [(Role, String)] = [
      (.driver, "driver"), (.virtualiser, "virtualiser"), (.copier, "copier"),
      (.server, "passive server"), (.client, "client"),
    ]
    let title = options.title.map {
      "<tr><td><font point-size=\"17\"><b>\(DOTText.escaped($0))</b></font></td></tr>"
    }
    let present = Set(topology.domains.map { order.role(of: $0.name) })
    let domains = roles.filter { present.contains($0.0) }
      .map { swatch(Palette.colours(of: $0.0), $0.1) }.joined()
    var rest = swatch(Palette.hardware, "hardware")
    let allMemory = memoryGroups + memoryAtChannels.values.joined()
    if allMemory.contains(where: { !$0.isDMA }) {
      rest += swatch(Palette.memory, "shared memory")
    }
    if allMemory.contains(where: \.isDMA) {
      rest += swatch(Palette.dma, "memory a device reaches")
    }
    if topology.domains.contains(where: { $0.virtualMachine != nil }) {
      rest += swatch(Palette.guest, "guest")
    }
    func row(_ cells: String) -> String {
      "<tr><td><table border=\"0\" cellborder=\"0\" cellspacing=\"5\" cellpadding=\"2\">"
        + "<tr>\(cells)</tr></table></td></tr>"
    }
    return "<table border=\"0\" cellborder=\"0\" cellspacing=\"2\">"
      + (title ?? "") + row(domains + rest) + row(lines) + "</table>"
  }

  /// The lines that occur.
  private var lines: String {
    func line(_ colour: String, _ glyph: String, _ text: String) -> String {
      "<td align=\"right\"><font color=\"\(colour)\" point-size=\"17\">\(glyph)</font></td>"
        + "<td align=\"left\">\(text)</td>"
    }
    let channels = topology.system.channels
    let hasRelatives = topology.domains.contains {
      !$0.children.isEmpty || $0.virtualMachine != nil
    }
    let all: [(occurs: Bool, colour: String, glyph: String, text: String)] = [
      (!channels.isEmpty, Palette.channel, "\u{2194}", "notify, ids in the domains"),
      (
        channels.contains { $0.a.mayCall || $0.b.mayCall }, Palette.call, "<b>\u{25b6}</b>",
        "protected call, to the domain called"
      ),
      (
        topology.domains.contains { !$0.interrupts.isEmpty }, Palette.interrupt, "\u{2192}",
        "interrupt"
      ),
      (true, Palette.memoryEdge, "\u{2500}", "maps: r, w, x"),
      (
        topology.domains.contains { !$0.capabilities.isEmpty }, Palette.right,
        "<b>\u{2500}\u{25c6}</b>", "holds a capability to it"
      ),
      (
        hasRelatives, Palette.right, "\u{b7}\u{b7}\u{b7}\u{25c6}",
        "handles its faults, stops it, restarts it"
      ),
    ]
    return all.filter(\.occurs).map { line($0.colour, $0.glyph, $0.text) }.joined()
  }
}
