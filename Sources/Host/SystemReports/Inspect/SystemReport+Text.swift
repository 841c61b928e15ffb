// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SystemReport {
  /// The report for people. With a width in columns, long region names are shortened in their
  /// middle to fit; without one, as for files and pipes, nothing is.
  public func text(width: Int? = nil) -> String {
    var text =
      "\(counted(domains.count, "protection domain")), \(counted(regionCount, "memory region")) "
      + "(\(readable(ByteCount(regionBytes)))), \(counted(channelCount, "channel")), "
      + "\(counted(interruptCount, "interrupt")); SDK \(sdk)\n"
    for domain in domains { text += "\n" + describe(domain, width: width) }
    return text + "\nmemory\n" + memoryTable()
  }

  private func memoryTable() -> String {
    var table = TextTable([.left, .right, .right])
    for total in memory {
      table.add([total.kind.title, "\(total.regions)", readable(ByteCount(total.bytes))])
    }
    table.add(["total", "\(regionCount)", readable(ByteCount(regionBytes))])
    return table.text(indent: 2)
  }

  private func describe(_ domain: Domain, width: Int?) -> String {
    var facts = [domain.role.rawValue, "priority \(domain.priority)"]
    facts.append(
      domain.budget == domain.period
        ? "budget \(domain.budget) us" : "budget \(domain.budget) of \(domain.period) us")
    if domain.passive { facts.append("passive") }
    facts.append("stack \(readable(ByteCount(domain.stackSize)))")
    if let cpu = domain.cpu { facts.append("cpu \(cpu)") }
    if let parent = domain.parent {
      facts.append("child\(domain.childID.map { " \($0)" } ?? "") of \(parent)")
    }
    if let guest = domain.guest { facts.append("runs guest \(guest)") }
    var text = "\(domain.name): \(facts.joined(separator: ", ")), \(domain.image)\n"

    if !domain.maps.isEmpty {
      text += "  maps \(readable(ByteCount(domain.mappedBytes)))\n"
      var table = TextTable([.right, .right, .left, .left, .left], elastic: 4)
      for map in domain.maps {
        let place = map.physicalAddress.map { " at \($0)" } ?? ""
        table.add([
          map.address, map.size.map { readable(ByteCount($0)) } ?? "?",
          map.permissions + (map.cached ? "" : " uncached"),
          map.kind.rawValue + place + (map.inGuest ? ", guest" : ""), map.region,
        ])
      }
      text += table.text(indent: 4, width: width)
    }
    if !domain.channels.isEmpty {
      text += "  channels\n"
      var table = TextTable([.right, .left, .left])
      for link in domain.channels {
        table.add(["\(link.id)", link.direction, "\(link.peer):\(link.peerID)"])
      }
      text += table.text(indent: 4)
    }
    if !domain.interrupts.isEmpty {
      text += "  interrupts\n"
      var table = TextTable([.right, .left])
      for interrupt in domain.interrupts { table.add(["\(interrupt.id)", interrupt.source]) }
      text += table.text(indent: 4)
    }
    if !domain.symbols.isEmpty {
      text += "  symbols set by the tool\n"
      var table = TextTable([.left, .left], elastic: 1)
      for symbol in domain.symbols { table.add([symbol.name, symbol.value]) }
      text += table.text(indent: 4, width: width)
    }
    return text
  }
}

extension MemoryKind {
  fileprivate var title: String {
    switch self {
    case .device: "device registers"
    case .dma: "reached by devices"
    case .shared: "shared"
    case .private: "of one domain"
    case .unused: "unused"
    }
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
