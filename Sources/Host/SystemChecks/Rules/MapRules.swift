// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Checks that mappings are aligned to their region's pages, lie inside the address space and do
/// not overlap.
func checkMaps(_ system: SystemDescription, _ context: inout CheckContext) {
  let regions = Dictionary(
    system.memoryRegions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  for domain in system.allProtectionDomains {
    let stack = (domain.stackSize ?? context.sdk.defaultStackSize).rawValue
    checkMaps(
      domain.maps, regions, in: .domain(stackSize: stack),
      "protection domain '\(domain.name)'", &context)
    // 1.4.1 does not check the mappings of virtual machines.
    if let machine = domain.virtualMachine, context.sdk >= .v2_0_1 {
      checkMaps(
        machine.maps, regions, in: .machine,
        "virtual machine '\(machine.name)'", &context)
    }
  }
}

private struct PlacedMap {
  var map: Map
  var range: Range<UInt64>
}

func checkMaps(
  _ maps: [Map], _ regions: [String: MemoryRegion], in space: MappedSpace, _ title: String,
  _ context: inout CheckContext
) {
  var placed: [PlacedMap] = []
  for map in maps {
    guard let region = regions[map.region], let size = region.size?.rawValue else { continue }
    let (start, page) = (map.address.rawValue, (region.pageSize ?? .small).rawValue)
    if size == 0 {
      context.report(
        .emptyRegion, at: map.origin.location,
        "mapping '\(map.region)', which has size 0, makes the Microkit tool panic",
        fix: "give the region a size of at least \(hexadecimal(page))")
      continue
    }
    if start % page != 0 {
      context.report(
        .unaligned, at: map.origin.location,
        "vaddr \(hexadecimal(start)) is not a multiple of the page size \(hexadecimal(page)) of '\(map.region)'",
        fix: "use \(hexadecimal(start / page * page))")
    }
    let (end, overflow) = start.addingReportingOverflow(size)
    // Before 2.3.0, the end of a machine's mapping is not checked.
    let isUnchecked = if case .machine = space { context.sdk < .v2_3_0 } else { false }
    let limit = isUnchecked ? nil : context.end(of: space, reachedBy: overflow ? .max : end)
    // For 2.1.0, adjacent ranges overlap.
    let touchesStack = context.sdk == .v2_1_0 && end == limit
    if overflow || end > limit ?? .max || touchesStack {
      if start < limit ?? .max {
        context.report(
          .addressTooHigh, at: map.origin.location,
          "'\(map.region)' of \(hexadecimal(size)) bytes at \(hexadecimal(start)) ends beyond \(hexadecimal(limit ?? .max))",
          fix: "map it lower")
      }
      continue
    }
    placed.append(PlacedMap(map: map, range: start..<end))
  }
  reportOverlaps(placed, title, &context)
}

/// Going by address, it is enough to compare each mapping with the one that has reached farthest so
/// far.
private func reportOverlaps(
  _ placed: [PlacedMap], _ space: String, _ context: inout CheckContext
) {
  let sorted = placed.sorted {
    ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
  }
  guard var farthest = sorted.first else { return }
  for next in sorted.dropFirst() {
    if next.range.lowerBound < farthest.range.upperBound {
      // Report it at the one later in the file, as the Microkit tool does.
      let (later, earlier) =
        isBefore(farthest.map.origin, next.map.origin) ? (next, farthest) : (farthest, next)
      context.report(
        .overlappingMaps, at: later.map.origin.location,
        "'\(later.map.region)' at \(text(later.range)) overlaps '\(earlier.map.region)' at \(text(earlier.range)) in \(space)",
        fix: "map it at \(hexadecimal(earlier.range.upperBound)) or above, where that is free")
    }
    if next.range.upperBound > farthest.range.upperBound { farthest = next }
  }
}

private func isBefore(_ a: Origin, _ b: Origin) -> Bool {
  guard let a = a.location, let b = b.location else { return true }
  return a < b
}

private func text(_ range: Range<UInt64>) -> String {
  "[\(hexadecimal(range.lowerBound)), \(hexadecimal(range.upperBound)))"
}

/// Checks that regions at given physical addresses do not overlap.
func checkPhysicalRegions(_ system: SystemDescription, _ context: inout CheckContext) {
  var placed: [(region: MemoryRegion, range: Range<UInt64>)] = []
  for region in system.memoryRegions {
    guard let start = region.physicalAddress?.rawValue, let size = region.size?.rawValue,
      size > 0
    else { continue }
    let (end, overflow) = start.addingReportingOverflow(size)
    if overflow, context.sdk >= .v2_1_0 {
      context.warnOfWrap(region)
      continue
    }
    // Only x86 has no limit, whose SDKs are those that let the end wrap.
    if let limit = context.physicalAddressEnd(reachedBy: overflow ? .max : end),
      overflow || end > limit
    {
      context.report(
        .outOfRange, at: region.origin.location,
        "'\(region.name)' ends beyond the \(limit.trailingZeroBitCount) bits of a physical address",
        fix: "use a phys_addr below \(hexadecimal(limit))")
      continue
    }
    placed.append((region, start..<end))
  }
  let sorted = placed.sorted { $0.range.lowerBound < $1.range.lowerBound }
  guard var farthest = sorted.first else { return }
  for next in sorted.dropFirst() {
    if next.range.lowerBound < farthest.range.upperBound {
      let (later, earlier) =
        isBefore(farthest.region.origin, next.region.origin) ? (next, farthest) : (farthest, next)
      context.report(
        .overlappingRegions, at: later.region.origin.location,
        "'\(later.region.name)' at \(text(later.range)) overlaps '\(earlier.region.name)' at \(text(earlier.range))",
        fix: "give them separate addresses, or share one region")
    }
    if next.range.upperBound > farthest.range.upperBound { farthest = next }
  }
}

extension CheckContext {
  /// Since 2.1.0, the Microkit tool computes the end without looking for an overflow.
  fileprivate mutating func warnOfWrap(_ region: MemoryRegion) {
    guard let place = region.origin.location else { return }
    warn(
      "address-wraps", at: place,
      "'\(region.name)' ends beyond 2^64, which Microkit \(sdk) does not notice",
      fix: "use an address of the board")
  }
}

/// Checks that the regions that the Microkit tool places fit the board's memory.
func checkMemory(_ system: SystemDescription, _ context: inout CheckContext) {
  let normal = context.platform?.normalMemory ?? []
  let available = normal.isEmpty ? nil : normal.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) }
  var total: UInt64 = 0
  for region in system.memoryRegions where region.physicalAddress == nil {
    let (sum, overflow) = total.addingReportingOverflow(region.size?.rawValue ?? 0)
    let limit = available ?? context.physicalAddressEnd(reachedBy: overflow ? .max : sum)
    if let limit, overflow || sum > limit {
      context.report(
        .outOfRange, at: region.origin.location,
        "with '\(region.name)', the regions need more than the available \(hexadecimal(limit)) bytes",
        fix: "make regions smaller")
      return
    }
    if overflow { return }
    total = sum
  }
}
