// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a memory region is for, as far as its description tells.
public enum RegionKind: String, CaseIterable, Hashable, Sendable, Codable {
  /// Registers: a physical address outside memory.
  case device
  /// Memory at a physical address that someone knows, so that a device can be given it.
  case dma
  /// Memory of several protection domains.
  case shared
  /// Memory of one protection domain.
  case `private`
  /// Nobody maps it.
  case unused
}

extension Topology {
  /// Where both supported boards have memory: QEMU virt from 0x40000000, Odroid-C4 to 0xf5800000
  /// (seL4's platform descriptions). Below and above, one of them or both have device registers.
  public static let memoryOfEveryBoard: Range<UInt64> = 0x4000_0000..<0xf580_0000

  public func kind(of region: MemoryRegion) -> RegionKind {
    let uses = uses(of: region.name)
    if let address = region.physicalAddress {
      if isDevice(region, at: address, uses: uses) { return .device }
      return uses.isEmpty ? .unused : .dma
    }
    // Whoever asks for a region's physical address does so to hand it to a device.
    if regionsWithTakenAddress.contains(region.name) { return .dma }
    switch sharers(of: region.name).count {
    case 0: return .unused
    case 1: return .private
    default: return .shared
    }
  }

  /// With the board's memory known, a device is what lies outside. Without, it lies outside of what
  /// is memory on every board, and is used as a driver uses registers: mapped uncached, or small and
  /// of someone with an interrupt (a guest's memory is neither).
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
