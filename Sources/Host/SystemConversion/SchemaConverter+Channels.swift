// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

// Until 1.4, `pp` on a protection domain lets every peer call it. Since 2.0, `pp` on an end of a
// channel lets that end call the other, which must be more urgent.
extension SchemaConverter {
  mutating func channel(_ element: XMLElement, _ channel: Channel) {
    let elements = element.children.filter { $0.name == "end" }
    guard elements.count == 2 else { return }
    for (element, end, peer) in [
      (elements[0], channel.a, channel.b), (elements[1], channel.b, channel.a),
    ] {
      switch (source.declaresProtectedCallsOnCallee, target.declaresProtectedCallsOnCallee) {
      case (true, false): moveCallToEnd(element, end, peer)
      case (false, true): moveCallToCallee(element, end, peer)
      default: break
      }
      dropSymbol(
        "setvar_id", of: element, since: .v2_1_0, in: end.domain, value: end.id.description)
    }
  }

  private mutating func moveCallToEnd(
    _ element: XMLElement, _ end: Channel.End, _ peer: Channel.End
  ) {
    guard end.mayCall, let caller = domains[end.domain], let callee = domains[peer.domain] else {
      return
    }
    let (low, high) = (caller.effectivePriority, callee.effectivePriority)
    if high.isMoreUrgent(than: low) { return edits.add("pp", "true", to: element) }
    lose(
      "this right to call", at: element.location,
      "'\(caller.name)' (priority \(low)) could not call '\(callee.name)' (priority \(high)), which is not more urgent",
      remedy: "if it does call, make '\(callee.name)' more urgent; if not")
  }

  private mutating func moveCallToCallee(
    _ element: XMLElement, _ end: Channel.End, _ peer: Channel.End
  ) {
    removeAttribute("pp", of: element)
    if !end.mayCall, callees.contains(peer.domain) {
      lose(
        "a right to call for some peers only", at: element.location,
        "'\(end.domain)' could call '\(peer.domain)', too")
    }
    dropAttribute(
      "notify", of: element, since: .v2_0_1,
      end.mayNotify ? nil : "'\(end.domain)' could notify '\(peer.domain)'")
  }
}
