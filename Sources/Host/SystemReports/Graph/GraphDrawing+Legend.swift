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
    var rest = swatch(Palette.hardware, "hardware")
    if memoryGroups.contains(where: { !$0.isDMA }) {
      rest += swatch(Palette.memory, "shared memory")
    }
    if memoryGroups.contains(where: \.isDMA) {
      rest += swatch(Palette.dma, "memory a device reaches")
    }
    var lines =
      line(Palette.channel, "\u{2194}", "notify both ways, ids at the ends")
      + line(Palette.call, "<b>\u{2192}</b>", "protected call")
      + line(Palette.interrupt, "\u{2192}", "interrupt")
      + line(Palette.memoryEdge, "\u{2500}", "maps: r, w, x")
    if topology.domains.contains(where: { !$0.children.isEmpty }) {
      lines += line(Palette.faint, "\u{b7}\u{b7}\u{b7}\u{25c7}", "child")
    }
    func row(_ cells: String) -> String {
      "<tr><td><table border=\"0\" cellborder=\"0\" cellspacing=\"5\" cellpadding=\"2\">"
        + "<tr>\(cells)</tr></table></td></tr>"
    }
    return "<table border=\"0\" cellborder=\"0\" cellspacing=\"2\">"
      + (title ?? "") + row(domains + rest) + row(lines) + "</table>"
  }
}
