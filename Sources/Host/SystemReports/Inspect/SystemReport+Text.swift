// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

extension SystemReport {
  /// The report for people: first whatever a reviewer must not miss, then each domain. With a width
  /// in columns, long region names are shortened in their middle to fit; without one, as for files
  /// and pipes, nothing is.
  public func text(width: Int? = nil) -> String {
    let amount = amount(ByteCount(regionBytes), unsized: unsizedRegions, of: regionCount)
    var text =
      "\(counted(domains.count, "protection domain")), \(counted(regionCount, "memory region")) "
      + "(\(amount)), \(counted(channelCount, "channel")), "
      + "\(counted(interruptCount, "interrupt")); SDK \(sdk)\n"
    text += "\n" + rightsText()
    if let schedule { text += "\n" + schedule.text(width: width) }
    let notes = Dictionary(
      regions.compactMap { region in region.prefillNote.map { (region.name, $0) } },
      uniquingKeysWith: { first, _ in first })
    for domain in domains { text += "\n" + domain.text(prefillNotes: notes, width: width) }
    for space in ioAddressSpaces { text += "\n" + space.text(width: width) }
    return text + "\nmemory\n" + memoryTable() + unmappedText(width: width)
  }

  private func rightsText() -> String {
    let title = "rights beyond memory, channels and interrupts"
    if rights.isEmpty { return "\(title): none\n" }
    var table = TextTable([.left, .left])
    for right in rights { table.add([right.holder, right.text]) }
    return "\(title)\n" + table.text(indent: 2)
  }

  private func memoryTable() -> String {
    var table = TextTable([.left, .right, .right])
    for total in memory {
      table.add([
        total.kind.title, "\(total.regions)",
        amount(ByteCount(total.bytes), unsized: total.unsized, of: total.regions),
      ])
    }
    let amount = amount(ByteCount(regionBytes), unsized: unsizedRegions, of: regionCount)
    table.add(["total", "\(regionCount)", amount])
    return table.text(indent: 2)
  }

  /// Regions that no domain's part shows.
  private func unmappedText(width: Int?) -> String {
    let unmapped = regions.filter(\.mappedBy.isEmpty)
    if unmapped.isEmpty { return "" }
    var table = TextTable([.right, .left, .left], elastic: 2)
    for region in unmapped {
      let place = region.physicalAddress.map { " at \($0)" } ?? ""
      let note = region.prefillNote.map { ", \($0)" } ?? ""
      table.add([
        region.size.map { readable(ByteCount($0)) } ?? "?", region.kind.rawValue + place + note,
        region.name,
      ])
    }
    return "\nmemory that no domain maps\n" + table.text(indent: 2, width: width)
  }
}

extension SystemReport.IOSpace {
  fileprivate func text(width: Int?) -> String {
    let facts = [
      peripheralID.map { "device \($0)" }, domainID.map { "IOMMU domain \($0)" },
    ].compactMap { $0 }
    var table = TextTable([.right, .right, .left, .left], elastic: 3)
    for map in maps {
      table.add([
        map.address, map.size.map { readable(ByteCount($0)) } ?? "?", map.permissions, map.region,
      ])
    }
    return printable("I/O address space \(name): \(facts.joined(separator: ", "))") + "\n"
      + table.text(indent: 4, width: width)
  }
}

extension SystemReport.Schedule {
  /// The entries that run, and each domain with its share of the time and its members.
  fileprivate func text(width: Int?) -> String {
    var text = "scheduling domains in turn: \(sequence(runs: true))"
    let unreached = sequence(runs: false)
    if !unreached.isEmpty { text += "; never reached: \(unreached)" }
    if indexShift > 0 { text += "; from entry \(indexShift) of the kernel's table" }
    var table = TextTable([.left, .left, .right, .left])
    for domain in domains {
      table.add([
        domain.name, domain.id.map { "id \($0)" } ?? "",
        domain.share.map(percentage) ?? "", domain.members.joined(separator: ", "),
      ])
    }
    return printable(text) + "\n" + table.text(indent: 2)
  }
}

extension SystemReport.Region {
  /// Where the contents come from, and the size if only that tells.
  fileprivate var prefillNote: String? {
    if let prefillPath {
      return size == nil ? "size unknown without \(prefillPath)" : "prefilled from \(prefillPath)"
    }
    return prefillBootInfo.map { "boot information \($0)" }
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
