// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel

/// A system's memory regions, each with its backing (host memory or a device's model) and, where it has
/// one, its physical address.
struct SystemMemory {
  struct PlacedRegion {
    var region: MemoryRegion
    /// Bytes; a multiple of 4096.
    var size: UInt64
    /// Bytes at its start that come from a file.
    var prefilled: UInt64
    /// Nil if neither the system file nor a program needs one.
    var physicalAddress: UInt64?
    var backing: AddressSpace.Backing
    var cache: NoncoherentMemory?
    /// Whether the Microkit tool maps it with 2 MiB pages.
    var hasLargePages: Bool
  }

  /// By name.
  private(set) var regions: [String: PlacedRegion] = [:]
  private(set) var physical = PhysicalMemory()

  /// - Parameters:
  ///   - isIncoherent: whether devices bypass the processor's cache.
  ///   - find: returns the path of a file whose contents a region starts with.
  ///   - device: returns the model at a physical address outside RAM.
  init(
    _ system: SystemDescription, sdk: SDKVersion, board: EmulatedBoard, isIncoherent: Bool,
    find: (String) -> String?,
    device: (UInt64, MemoryRegion) -> any Device
  ) throws(EmulatorError) {
    var free = board.freeMemory
    let wanted = Set(
      system.allProtectionDomains.flatMap(\.physicalAddressSymbols).map(\.region))
    let cachedRegions = Set(
      system.allProtectionDomains.flatMap(\.maps).filter(\.cached).map(\.region))
    for region in system.memoryRegions {
      let contents = try Self.contents(of: region, find)
      guard let declared = region.size?.rawValue ?? contents.map({ UInt64($0.count) }) else {
        throw .noSize(region: region.name)
      }
      let page = AddressLayout.page
      let (rounded, overflow) = max(declared, 1).addingReportingOverflow(page - 1)
      if overflow { throw .tooLarge("region '\(region.name)'", size: declared) }
      let size = rounded / page * page
      var address = region.physicalAddress?.rawValue
      if address == nil, wanted.contains(region.name) {
        let alignment = region.pageSize?.rawValue ?? page
        address = (free + alignment - 1) / alignment * alignment
        free = (address ?? free) &+ size
      }
      let backing: AddressSpace.Backing
      var cache: NoncoherentMemory?
      if let address, region.physicalAddress != nil, !board.memory.contains(address) {
        backing = .device(device(address, region))
      } else {
        guard let memory = HostMemory(size: size) else {
          throw .tooLarge("region '\(region.name)'", size: size)
        }
        memory.write(contents ?? [], at: 0)
        if isIncoherent, address != nil, cachedRegions.contains(region.name) {
          cache = NoncoherentMemory(region.name, cached: memory)
        }
        if let address { physical.add(memory, at: address, cache: cache) }
        backing = .memory(memory, offset: 0)
      }
      regions[region.name] = PlacedRegion(
        region: region, size: size, prefilled: UInt64(contents?.count ?? 0),
        physicalAddress: address, backing: backing, cache: cache,
        hasLargePages: Self.hasLargePages(region, size: size, system, sdk))
    }
  }

  /// As the system file says; otherwise, since 2.0, if the size and all addresses are multiples of 2 MiB.
  private static func hasLargePages(
    _ region: MemoryRegion, size: UInt64, _ system: SystemDescription, _ sdk: SDKVersion
  ) -> Bool {
    if let pageSize = region.pageSize { return pageSize == .large }
    let page = MemoryRegion.PageSize.large.rawValue
    let maps = system.allProtectionDomains.flatMap(\.maps).filter { $0.region == region.name }
    return sdk >= .v2_0_1 && size % page == 0
      && (region.physicalAddress?.rawValue ?? 0) % page == 0
      && maps.allSatisfy { $0.address.rawValue % page == 0 }
  }

  private static func contents(
    of region: MemoryRegion, _ find: (String) -> String?
  ) throws(EmulatorError) -> [UInt8]? {
    guard let path = region.prefillPath else { return nil }
    do throws(FileError) {
      return try Files.read(find(path) ?? path)
    } catch {
      throw .unreadable(error, domain: region.name)
    }
  }
}
