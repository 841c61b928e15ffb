// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a memory region is for, derived from its address and mappings.
public enum MemoryKind: String, CaseIterable, Hashable, Sendable, Codable {
  /// Device registers: a physical address outside memory.
  case device
  /// Memory whose physical address a domain knows, so that it can pass it to a device, or that a
  /// device has in its address space.
  case dma
  /// Memory that several protection domains map.
  case shared
  /// Memory that one protection domain maps.
  case `private`
  /// Nothing maps it or asks for its address.
  case unused
}

extension Topology {
  /// What a region is for. If the board's memory is unknown, a region at a fixed address counts as
  /// a device if it is only mapped uncached: good enough for a report, but not for a warning.
  public func kind(of region: MemoryRegion) -> MemoryKind {
    let uses = uses(of: region.name)
    if let address = region.physicalAddress, isDevice(region, at: address, uses: uses) {
      return .device
    }
    // The only use for a region's physical address is to pass it to a device.
    if isForDevices(region) { return .dma }
    if region.physicalAddress != nil { return uses.isEmpty ? .unused : .dma }
    switch sharers(of: region.name).count {
    case 0: return .unused
    case 1: return .private
    default: return .shared
    }
  }

  private func isDevice(
    _ region: MemoryRegion, at address: PhysicalAddress, uses: [Use]
  ) -> Bool {
    if !ramRanges.isEmpty { return !ramRanges.contains { $0.contains(address.rawValue) } }
    return !uses.isEmpty && uses.allSatisfy { !$0.map.cached } && !isForDevices(region)
  }

  private func isForDevices(_ region: MemoryRegion) -> Bool {
    regionsWithAddressSymbol.contains(region.name)
      || regionsInIOAddressSpaces.contains(region.name)
  }
}
