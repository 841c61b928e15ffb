// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Memory as devices address it: the regions that have a physical address.
struct PhysicalMemory {
  private struct Range {
    var address: UInt64
    var memory: HostMemory
    var cache: NoncoherentMemory?
  }

  private var ranges: [Range] = []

  /// - Parameter cache: set if devices bypass the processor's cache; then they see its `memory`.
  mutating func add(_ memory: HostMemory, at address: UInt64, cache: NoncoherentMemory? = nil) {
    ranges.append(Range(address: address, memory: cache?.memory ?? memory, cache: cache))
  }

  /// The host address of `count` bytes; nil unless all are in one region, where an IOMMU or the bus would
  /// report an error. Reports lines that were not cleaned.
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
