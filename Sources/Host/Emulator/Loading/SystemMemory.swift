// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel

/// The memory regions of a system: their bytes, or the devices that they are, and where devices find
/// them.
struct SystemMemory {
  struct Region {
    var region: MemoryRegion
    /// Bytes, whole pages.
    var size: UInt64
    /// Bytes that it starts with from a file.
    var prefilled: UInt64
    var physicalAddress: UInt64?
    var backing: AddressSpace.Backing
    var cache: CachedRegion?
    /// Whether the tool maps it with 2 MiB pages.
    var hasLargePages: Bool
  }

  private(set) var regions: [String: Region] = [:]
  private(set) var physical = PhysicalMemory()

  /// - Parameters:
  ///   - find: the path of a file that a region is filled from.
  ///   - isIncoherent: whether devices see memory without the processor's cache.
  ///   - device: the model at a physical page that is no memory.
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
      let page = MemoryLayout40.page
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
      var cache: CachedRegion?
      if let address, region.physicalAddress != nil, !board.memory.contains(address) {
        backing = .device(device(address, region))
      } else {
        guard let memory = HostMemory(size: size) else {
          throw .tooLarge("region '\(region.name)'", size: size)
        }
        memory.write(contents ?? [], at: 0)
        if isIncoherent, address != nil, cachedRegions.contains(region.name) {
          cache = CachedRegion(region.name, cached: memory)
        }
        if let address { physical.add(memory, at: address, cache: cache) }
        backing = .memory(memory, offset: 0)
      }
      regions[region.name] = Region(
        region: region, size: size, prefilled: UInt64(contents?.count ?? 0),
        physicalAddress: address, backing: backing, cache: cache,
        hasLargePages: Self.hasLargePages(region, size: size, system, sdk))
    }
  }

  /// As asked for; else since 2.0 where the size and every address are multiples of 2 MiB.
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
