// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Checks what the Microkit tool finds when it allocates memory, as far as the board is known.
func checkAllocation(_ system: SystemDescription, _ context: inout CheckContext) {
  guard let platform = context.platform else { return }
  checkOwners(system, platform, &context)
  if context.sdk <= .v2_0_1 { checkBlocks(system, platform, &context) }
}

/// Regions at addresses that the kernel does not give away.
private func checkOwners(
  _ system: SystemDescription, _ platform: Platform, _ context: inout CheckContext
) {
  for region in system.memoryRegions {
    guard let range = region.physicalRange,
      let owner = platform.kernelOwned.first(where: { $0.range.overlaps(range) }),
      platform.isKept(range, from: owner, context.architecture, context.sdk)
    else { continue }
    context.report(
      .kernelOwned, at: region.origin.location,
      "'\(region.name)' at \(hexadecimal(range.lowerBound)) to \(hexadecimal(range.upperBound)) "
        + "takes addresses of \(owner.name), which the kernel keeps",
      fix: "choose an address outside \(hexadecimal(owner.range.lowerBound)) to "
        + hexadecimal(owner.range.upperBound))
  }
}

/// Until 2.0.1, the Microkit tool allocates all pages of one size, except those at fixed addresses,
/// from one block of memory (`alloc_n` in lib.rs).
private func checkBlocks(
  _ system: SystemDescription, _ platform: Platform, _ context: inout CheckContext
) {
  guard let largest = platform.largestBlock else { return }
  let domains = system.allProtectionDomains
  let addresses = Dictionary(
    grouping: domains.flatMap { $0.maps + ($0.virtualMachine?.maps ?? []) }
  ) { $0.region }.mapValues { $0.map(\.address.rawValue) }
  var sums: [MemoryRegion.PageSize: UInt64] = [:]
  // Each domain has an IPC buffer and a stack of small pages.
  sums[.small] = domains.reduce(0) {
    $0 + 0x1000 + $1.effectiveStackSize(sdk: context.sdk).rawValue
  }
  for region in system.memoryRegions where region.physicalAddress == nil {
    let size = region.size?.rawValue ?? 0
    let page = pageSize(of: region, at: addresses[region.name] ?? [], context.sdk)
    let (sum, overflow) = sums[page, default: 0].addingReportingOverflow(size)
    if overflow || sum > largest {
      context.report(
        .blockSize, at: region.origin.location,
        "with '\(region.name)', the regions with pages of \(hexadecimal(page.rawValue)) need more "
          + "than \(hexadecimal(largest)) bytes in one piece, the largest that the board has",
        fix: "make regions smaller, or use Microkit SDK 2.1.0 or newer, which needs no single piece"
      )
      return
    }
    sums[page] = sum
  }
}

/// 2.0.1 uses large pages wherever they fit, whatever `page_size` says.
private func pageSize(
  of region: MemoryRegion, at addresses: [UInt64], _ sdk: SDKVersion
) -> MemoryRegion.PageSize {
  let large = MemoryRegion.PageSize.large
  if sdk == .v1_4_1 { return region.pageSize ?? .small }
  let numbers = addresses + [region.size?.rawValue ?? 1]
  return numbers.allSatisfy { $0.isMultiple(of: large.rawValue) }
    ? large : region.pageSize ?? .small
}

extension Platform {
  /// Whether the kernel surely keeps part of a range: its devices, and its image except for the
  /// start (see `bootMemory`). 2.0.1 puts the initial task's first object there.
  func isKept(
    _ range: Range<UInt64>, from owner: NamedRange, _ architecture: Target.Architecture,
    _ sdk: SDKVersion
  ) -> Bool {
    guard let boot = bootMemory(of: owner, architecture) else { return true }
    if sdk == .v2_0_1, range.contains(boot.lowerBound) { return true }
    return range.overlaps(boot.upperBound..<max(boot.upperBound, owner.range.upperBound))
  }

  /// The part of the kernel's image that it gives back after boot, with which the image begins
  /// (`ki_boot_end`): 64 KiB on Arm, perhaps all that is known of it elsewhere. Nil if the range is
  /// not the image.
  func bootMemory(
    of owner: NamedRange, _ architecture: Target.Architecture
  ) -> Range<UInt64>? {
    let start = owner.range.lowerBound
    guard normalMemory.contains(where: { $0.contains(start) }) else { return nil }
    return architecture == .aarch64
      ? start..<min(start + 0x1_0000, owner.range.upperBound) : owner.range
  }

  /// The largest block of memory that the kernel gives away: aligned to its size, a power of two,
  /// and free of the kernel's image, at the start of the memory, and of the initial task's objects,
  /// at its end. Nil if the memory is not known.
  fileprivate var largestBlock: UInt64? {
    var ranges = normalMemory.sorted { $0.lowerBound < $1.lowerBound }
    guard let last = ranges.last, last.upperBound - last.lowerBound > 0x1000 else { return nil }
    ranges[ranges.count - 1] = last.lowerBound..<last.upperBound - 0x1000
    for owner in kernelOwned {
      guard let index = ranges.firstIndex(where: { $0.contains(owner.range.lowerBound) }) else {
        continue
      }
      let whole = ranges[index]
      ranges[index] = whole.lowerBound..<owner.range.lowerBound
      ranges.append(min(owner.range.upperBound, whole.upperBound)..<whole.upperBound)
    }
    return ranges.flatMap(alignedBlocks).max()
  }

  /// The sizes of the blocks into which the kernel divides a range.
  private func alignedBlocks(_ range: Range<UInt64>) -> [UInt64] {
    var sizes: [UInt64] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let fitting = 63 - (range.upperBound - start).leadingZeroBitCount
      let bits = start == 0 ? fitting : min(fitting, start.trailingZeroBitCount)
      let size: UInt64 = 1 << UInt64(bits)
      sizes.append(size)
      start += size
    }
    return sizes
  }
}
