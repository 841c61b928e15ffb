// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a memory region is for, derived from its address and mappings.
public enum MemoryKind: String, CaseIterable, Hashable, Sendable, Codable {
  /// Device registers: a physical address outside memory.
  case device
  /// Memory whose physical address a domain knows, so that it can pass it to a device.
  case dma
  /// Memory that several protection domains map.
  case shared
  /// Memory that one protection domain maps.
  case `private`
  /// Nothing maps it.
  case unused
}

extension Topology {
  /// Addresses at which both built-in boards have memory: QEMU virt from 0x40000000, Odroid-C4 up
  /// to 0xf5800000 (seL4's platform descriptions). Elsewhere at least one of them has device
  /// registers.
  public static let memoryOfEveryBoard: Range<UInt64> = 0x4000_0000..<0xf580_0000

  /// What a region is for; see docs/lints.md for the rules.
  public func kind(of region: MemoryRegion) -> MemoryKind {
    let uses = uses(of: region.name)
    if let address = region.physicalAddress {
      if isDevice(region, at: address, uses: uses) { return .device }
      return uses.isEmpty ? .unused : .dma
    }
    // The only use for a region's physical address is to pass it to a device.
    if regionsWithAddressSymbol.contains(region.name) { return .dma }
    switch sharers(of: region.name).count {
    case 0: return .unused
    case 1: return .private
    default: return .shared
    }
  }

  /// If we know the board's memory, whatever lies outside is a device. If not, a device lies
  /// outside the memory of every board and is mapped like registers: uncached, or small and by a
  /// domain with an interrupt. A guest's memory is neither.
  private func isDevice(
    _ region: MemoryRegion, at address: PhysicalAddress, uses: [Use]
  ) -> Bool {
    if !ramRanges.isEmpty { return !ramRanges.contains { $0.contains(address.rawValue) } }
    if Self.memoryOfEveryBoard.contains(address.rawValue) { return false }
    let isSmall = (region.size ?? 0) <= .mebibytes(1)
    return uses.contains { use in
      !use.map.cached || isSmall && domain(named: use.domain)?.interrupts.isEmpty == false
    }
  }
}
