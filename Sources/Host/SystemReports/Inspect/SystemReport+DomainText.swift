// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension SystemReport.Domain {
  /// A headline and a table for each kind of thing that the domain has.
  ///
  /// - Parameter prefillNotes: what to say of prefilled regions, by name.
  func text(prefillNotes: [String: String], width: Int?) -> String {
    var text = printable("\(name): \(facts.joined(separator: ", "))") + "\n"
    if let guest { text += guest.text }
    text += mapsText(prefillNotes: prefillNotes, width: width)
    text += table("channels", [.right, .left, .left], channels) {
      ["\($0.id)", $0.direction, "\($0.peer):\($0.peerID)"]
    }
    text += table("interrupts", [.right, .left], interrupts) { ["\($0.id)", $0.source] }
    text += table("I/O ports", [.right, .left], ioPorts) {
      ["\($0.id)", "\($0.address), \(counted(Int(clamping: $0.size), "port"))"]
    }
    text += table("capabilities", [.right, .left], capabilities) {
      ["\($0.slot)", "\($0.kind) of \($0.domain)"]
    }
    if !symbols.isEmpty {
      var table = TextTable([.left, .left], elastic: 1)
      for symbol in symbols { table.add([symbol.name, symbol.value]) }
      text += "  symbols set by the tool\n" + table.text(indent: 4, width: width)
    }
    return text
  }

  private var facts: [String] {
    var facts = [role.rawValue, "priority \(priority)"]
    facts.append(
      budget == period ? "budget \(budget) us" : "budget \(budget) of \(period) us")
    if passive { facts.append("passive") }
    facts.append("stack \(readable(ByteCount(stackSize)))")
    if let cpu { facts.append("cpu \(cpu)") }
    if let schedulingDomain { facts.append("scheduling domain \(schedulingDomain)") }
    if smc { facts.append("secure monitor calls") }
    if !fpu { facts.append("no FPU") }
    if let parent { facts.append("child\(childID.map { " \($0)" } ?? "") of \(parent)") }
    facts.append(image)
    if let symbolsImage { facts.append("symbols of \(symbolsImage)") }
    return facts
  }

  private func mapsText(prefillNotes: [String: String], width: Int?) -> String {
    if maps.isEmpty { return "" }
    let regions = Dictionary(maps.map { ($0.region, $0.size) }, uniquingKeysWith: { a, _ in a })
    let unsized = regions.values.count { $0 == nil }
    var table = TextTable([.right, .right, .left, .left, .left], elastic: 4)
    for map in maps {
      let place = map.physicalAddress.map { " at \($0)" } ?? ""
      let note = prefillNotes[map.region].map { ", \($0)" } ?? ""
      table.add([
        map.address, map.size.map { readable(ByteCount($0)) } ?? "?",
        (map.permissions.isEmpty ? "none" : map.permissions) + (map.cached ? "" : " uncached"),
        map.kind.rawValue + place + note + (map.inGuest ? ", guest" : ""), map.region,
      ])
    }
    return "  maps \(amount(ByteCount(mappedBytes), unsized: unsized, of: regions.count))\n"
      + table.text(indent: 4, width: width)
  }

  private func table<Row>(
    _ title: String, _ alignments: [TextTable.Alignment], _ rows: [Row], _ cells: (Row) -> [String]
  ) -> String {
    if rows.isEmpty { return "" }
    var table = TextTable(alignments)
    for row in rows { table.add(cells(row)) }
    return "  \(title)\n" + table.text(indent: 4)
  }
}

extension SystemReport.Guest {
  fileprivate var text: String {
    var facts: [String] = []
    if let priority { facts.append("priority \(priority)") }
    let time = budget ?? 1000
    if budget != nil || period != nil {
      let period = period ?? time
      facts.append(time == period ? "budget \(time) us" : "budget \(time) of \(period) us")
    }
    // What x86 has, where a guest runs on its monitor's time, is not in the file.
    if facts.isEmpty { facts = ["priority and budget by default"] }
    var table = TextTable([.left])
    for cpu in cpus { table.add(["vCPU \(cpu.id) on cpu \(cpu.cpu)"]) }
    return printable("  guest \(name): \(facts.joined(separator: ", "))") + "\n"
      + table.text(indent: 4)
  }
}

extension SystemReport.Link {
  /// "<->", "-->" or "<--" for notifications, and words for calls.
  fileprivate var direction: String {
    var parts: [String] = []
    switch (notifiedBy, notifies) {
    case (true, true): parts.append("<->")
    case (false, true): parts.append("-->")
    case (true, false): parts.append("<--")
    case (false, false): break
    }
    if calls { parts.append("calls") }
    if calledBy { parts.append("called by") }
    return parts.joined(separator: " ")
  }
}
