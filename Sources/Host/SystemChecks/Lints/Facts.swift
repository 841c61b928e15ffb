// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension MemoryRegion {
  /// Its physical addresses, if the description fixes them.
  var physicalRange: Range<UInt64>? {
    guard let start = physicalAddress?.rawValue, let size = size?.rawValue, size > 0 else {
      return nil
    }
    let (end, overflow) = start.addingReportingOverflow(size)
    return overflow ? nil : start..<end
  }
}

extension Platform {
  /// Whether all of a range is known to be RAM.
  func isRAM(_ range: Range<UInt64>) -> Bool {
    ram.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
  }

  /// Whether a range is surely not in RAM: what is known of a board may lack a few MiB of RAM that
  /// its firmware keeps.
  func isFarFromRAM(_ range: Range<UInt64>) -> Bool {
    let margin: UInt64 = 64 << 20
    return !ram.isEmpty
      && ram.allSatisfy {
        range.upperBound <= $0.lowerBound - min(margin, $0.lowerBound)
          || range.lowerBound >= $0.upperBound + min(margin, .max - $0.upperBound)
      }
  }

  /// The devices whose registers lie in a range; empty if there are none, or not only registers.
  func devices(in range: Range<UInt64>) -> [NamedRange] {
    if ram.contains(where: { $0.overlaps(range) }) { return [] }
    let found = deviceRegisters.filter { $0.range.overlaps(range) }
    if found.contains(where: \.isMemory) { return [] }
    // A bus's registers are those of the devices on it.
    let buses = Set(found.flatMap { ancestors(of: $0.name) })
    return found.filter { !buses.contains($0.name[...]) }
  }
}

/// The paths above a path: "/soc" and "/soc/bus" for "/soc/bus/uart".
private func ancestors(of path: String) -> [Substring] {
  path.indices.filter { path[$0] == "/" && $0 != path.startIndex }.map { path[..<$0] }
}

extension [Platform.NamedRange] {
  /// "uart@1000", "uart@1000 and timer@1100", "uart@1000 and 3 other devices".
  var listed: String {
    var seen: Set<String> = []
    let names = map { $0.name.split(separator: "/").last.map(String.init) ?? $0.name }
      .filter { seen.insert($0).inserted }
    guard let first = names.first else { return "" }
    switch names.count {
    case 1: return first
    case 2: return "\(first) and \(names[1])"
    default: return "\(first) and \(names.count - 1) other devices"
    }
  }
}

extension Platform.NamedRange {
  /// The node's name without path and address: "/soc/sram@900000" gives "sram".
  private var kind: Substring {
    (name.split(separator: "/").last ?? "").prefix { $0 != "@" }
  }

  /// Whether it is memory behind a bus, which may be cached: on-chip RAM, flash, a PCI window.
  fileprivate var isMemory: Bool {
    ["ram", "flash", "nor", "rom", "memory", "buffer", "pcie", "pci"].contains {
      kind.hasSuffix($0)
    }
  }

  /// Whether it is an interrupt controller.
  var isInterruptController: Bool {
    ["interrupt-controller", "intc", "gic", "plic", "aplic", "imsics"].contains {
      kind.hasPrefix($0) || kind.hasSuffix($0)
    }
  }
}
