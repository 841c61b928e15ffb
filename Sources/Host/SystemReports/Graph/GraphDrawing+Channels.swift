// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension GraphDrawing {
  func isUpstream(_ a: String, _ b: String) -> Bool {
    func key(_ name: String) -> (Int, Int, String) {
      let role = topology.role(ofDomainNamed: name)
      let rank = Role.allCases.firstIndex(of: role) ?? 0
      return (rank, -Int(topology.domain(named: name)?.effectivePriority.rawValue ?? 0), name)
    }
    return key(a) < key(b)
  }

  mutating func channel(_ channel: Channel) {
    let swap = isUpstream(channel.b.domain, channel.a.domain)
    let (tail, head) = swap ? (channel.b, channel.a) : (channel.a, channel.b)
    guard let from = nodes[tail.domain], let to = nodes[head.domain] else { return }
    let calls = tail.mayCall || head.mayCall
    // An end that the other one can only call gets the arrow of calls.
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

  mutating func children(of parent: ProtectionDomain) {
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
