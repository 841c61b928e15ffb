// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension GraphDrawing {
  mutating func channel(_ channel: Channel, _ index: Int) {
    let (left, right) = order.leftToRight(channel)
    guard let from = nodes[left.domain], let to = nodes[right.domain] else { return }
    let calls = left.mayCall || right.mayCall
    // An end that can be called gets the filled arrow of calls, notified or not.
    func arrow(_ opposite: Channel.End) -> String {
      opposite.mayCall ? "normal" : opposite.mayNotify ? "vee" : "none"
    }
    let colour = calls ? Palette.call : Palette.channel
    dot.statement(
      "\(from):\(SidePorts.leftEnd(of: index)):e -> \(to):\(SidePorts.rightEnd(of: index)):w",
      [
        ("dir", "both"), ("arrowtail", arrow(right)), ("arrowhead", arrow(left)),
        ("color", DOTText.quoted(colour)), ("penwidth", calls ? "2" : "1.4"),
        ("style", calls ? "\"dashed\"" : "solid"), ("weight", "3"),
      ] + memory(at: index, left.domain, right.domain))
  }

  /// The memory of a channel's ends, with the permissions of the left and the right one.
  private func memory(at channel: Int, _ left: String, _ right: String) -> [(String, String)] {
    guard let groups = memoryAtChannels[channel] else { return [] }
    let lines = groups.map { group in
      let permissions = [left, right].map {
        group.permissions(of: MemoryGroup.Sharer(domain: $0, isGuest: false), topology)
      }
      let text =
        "\(group.title(topology)) \u{b7} \(size(of: group.regions)) \u{b7} "
        + permissions.joined(separator: " | ")
      let colour = group.isDMA ? Palette.dma.line : Palette.faint
      return "<font color=\"\(colour)\">\(DOTText.escaped(text))</font>"
    }
    return [("label", "<\(lines.joined(separator: "<br/>"))>")]
  }

  /// What a domain may do to others: to its children, its guest, and by capabilities.
  mutating func rights(of domain: ProtectionDomain) {
    guard let holder = nodes[domain.name] else { return }
    for child in domain.children {
      guard let node = nodes[child.name] else { continue }
      let id = child.childID.map { " \($0)" } ?? ""
      right(from: holder, to: node, label: "parent of\(id)", [("style", "dotted")])
    }
    if let guest = guests[domain.name] {
      right(from: holder, to: guest, label: "runs", [("style", "dotted")])
    }
    var targets: [String] = []
    for capability in domain.capabilities where !targets.contains(capability.domain) {
      targets.append(capability.domain)
    }
    for target in targets {
      guard let node = nodes[target] else { continue }
      let objects = domain.capabilities.filter { $0.domain == target }.map(\.kind.title)
      // From left to right, so that the columns stay.
      let isForward = order.isUpstream(domain.name, target)
      right(
        from: isForward ? holder : node, to: isForward ? node : holder,
        label: objects.joined(separator: ", "),
        [("style", "bold"), ("dir", isForward ? "forward" : "back")])
    }
  }

  private mutating func right(
    from tail: String, to head: String, label: String, _ attributes: [(String, String)]
  ) {
    let colour = DOTText.quoted(Palette.right)
    dot.statement(
      "\(tail) -> \(head)",
      [
        ("color", colour), ("fontcolor", colour), ("penwidth", "2"), ("arrowhead", "diamond"),
        ("arrowtail", "diamond"), ("label", DOTText.quoted(" \(label) ")),
      ] + attributes)
  }
}

extension GrantedCapability.Kind {
  fileprivate var title: String {
    switch self {
    case .tcb: "TCB"
    case .schedulingContext: "SC"
    case .vspace: "VSpace"
    }
  }
}
