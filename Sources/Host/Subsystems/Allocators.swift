// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Allocates the virtual addresses of one protection domain's mappings.
///
/// Addresses grow upwards from 512 MiB, clear of the image below and the stack at the top. An
/// unmapped guard page follows every mapping, so that an overrun faults instead of reaching the
/// next region. Regions of a multiple of 2 MiB are aligned to 2 MiB, so that large pages fit.
struct VirtualAddressAllocator {
  static let guardSize: UInt64 = 0x1000

  private var next: UInt64 = 0x2000_0000

  /// The address for a mapping of `size` bytes, a multiple of 4 KiB; nil when the 1 TiB of 40-bit
  /// stage-2 translation is used up.
  mutating func allocate(_ size: ByteCount) -> VirtualAddress? {
    let alignment = SystemBuilder.bestPageSize(for: size).rawValue
    let start = (next + alignment - 1) / alignment * alignment
    let (end, overflow) = start.addingReportingOverflow(size.rawValue)
    if overflow || end > Self.limit { return nil }
    next = end + Self.guardSize
    return VirtualAddress(start)
  }

  /// Leaves room for the largest stack (16 MiB) below 2^40, where both boards' address spaces end.
  private static let limit: UInt64 = (1 << 40) - (32 << 20)
}

/// Allocates memory at known physical addresses, for devices to reach: from the end of
/// the board's `dmaMemory` downwards.
struct PhysicalMemoryAllocator {
  private var top: UInt64
  private let bottom: UInt64

  init(top: UInt64, bottom: UInt64) {
    self.top = top
    self.bottom = bottom
  }

  /// The address of `size` bytes, a multiple of 4 KiB; nil when too little memory is left.
  mutating func allocate(_ size: ByteCount) -> PhysicalAddress? {
    guard size.rawValue <= top, top - size.rawValue >= bottom else { return nil }
    top -= size.rawValue
    return PhysicalAddress(top)
  }
}

/// Allocates identifiers 0 to 61: one protection domain's interrupts and channels share them, its
/// children have their own.
struct IdentifierAllocator {
  private var used: UInt64 = 0

  /// The lowest free identifier; nil when all 62 are used.
  mutating func allocateLowest() -> ChannelID? {
    let id = UInt8(truncatingIfNeeded: (~used).trailingZeroBitCount)
    if id > ChannelID.maximum { return nil }
    used |= 1 << UInt64(id)
    return ChannelID(id)
  }
}
