// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Memory as devices address it: the regions whose physical address someone can know.
struct PhysicalMemory {
  private struct Range {
    var address: UInt64
    var memory: HostMemory
    var cache: CachedRegion?
  }

  private var ranges: [Range] = []

  /// - Parameter cache: where devices do not see what programs have in their cache.
  mutating func add(_ memory: HostMemory, at address: UInt64, cache: CachedRegion? = nil) {
    ranges.append(Range(address: address, memory: cache?.memory ?? memory, cache: cache))
  }

  /// Host memory behind `count` bytes; nil if not all of them are in one region, which is what an
  /// IOMMU or the bus would refuse.
  func pointer(to address: UInt64, count: Int) -> UnsafeMutableRawPointer? {
    for range in ranges where address >= range.address {
      let offset = address - range.address
      if offset <= UInt64(range.memory.size), count <= range.memory.size - Int(offset), count >= 0 {
        range.cache?.deviceAccesses(offset: Int(offset), count: count)
        return range.memory.start + Int(offset)
      }
    }
    return nil
  }
}
