// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// The identifiers in a domain's node, at the side where their edges end. As text beside the edges,
/// they would lie on top of each other at a domain with many.
struct SidePorts {
  struct Port {
    /// Names the cell in DOT.
    var name: String
    /// The identifier.
    var id: ChannelID
    /// "calls" or "called" where the channel has protected calls.
    var call: String?
    /// The domain at the other end; nil for an interrupt.
    var peer: String?
  }

  var left: [Port] = []
  var right: [Port] = []

  /// More interrupts than this are one edge without identifiers.
  static let shownInterrupts = 3
  /// Among more identifiers than this at one side, a reader cannot follow each line, so that they
  /// get the peers' names.
  private static let most = 8

  /// Whether a side has more identifiers than a reader can follow.
  var isHub: Bool { max(left.count, right.count) > Self.most }

  static func all(of topology: Topology, _ order: GraphOrder) -> [String: SidePorts] {
    var ports: [String: SidePorts] = [:]
    for domain in topology.domains where domain.interrupts.count <= shownInterrupts {
      ports[domain.name, default: SidePorts()].left += domain.interrupts.enumerated().map {
        Port(name: interrupt($0.offset), id: $0.element.id)
      }
    }
    for (index, channel) in topology.system.channels.enumerated() {
      let (left, right) = order.leftToRight(channel)
      ports[left.domain, default: SidePorts()].right.append(
        port(leftEnd(of: index), left, right))
      ports[right.domain, default: SidePorts()].left.append(
        port(rightEnd(of: index), right, left))
    }
    return ports.mapValues { sides in
      SidePorts(
        left: sides.left.sorted { $0.id < $1.id }, right: sides.right.sorted { $0.id < $1.id })
    }
  }

  static func interrupt(_ index: Int) -> String { "i\(index)" }
  static func leftEnd(of channel: Int) -> String { "l\(channel)" }
  static func rightEnd(of channel: Int) -> String { "r\(channel)" }

  private static func port(_ name: String, _ end: Channel.End, _ other: Channel.End) -> Port {
    let call =
      switch (end.mayCall, other.mayCall) {
      case (true, true): "calls, called"
      case (true, false): "calls"
      case (false, true): "called"
      case (false, false): String?.none
      }
    return Port(name: name, id: end.id, call: call, peer: other.domain)
  }

  /// A label of three columns, with the identifiers at both sides.
  func label(around middle: String) -> String {
    "<table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"1\"><tr>"
      + column(left, align: "left") + "<td cellpadding=\"5\">\(middle)</td>"
      + column(right, align: "right") + "</tr></table>"
  }

  private func column(_ ports: [Port], align: String) -> String {
    if ports.isEmpty { return "" }
    let showsPeers = ports.count > Self.most
    let rows = ports.map { port in
      let peer = showsPeers ? port.peer : nil
      let call = port.call.map { $0 == "called" && peer != nil ? "called by" : $0 }
      let words = ["\(port.id)", call, peer].compactMap { $0 }
      let colour =
        port.call != nil ? Palette.call : port.peer == nil ? Palette.interrupt : Palette.channel
      return "<tr><td align=\"\(align)\" port=\"\(port.name)\"><font point-size=\"9\" "
        + "color=\"\(colour)\">\(DOTText.escaped(words.joined(separator: " ")))</font></td></tr>"
    }
    return "<td><table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"1\">"
      + rows.joined() + "</table></td>"
  }
}
