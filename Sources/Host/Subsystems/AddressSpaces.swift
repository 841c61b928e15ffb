// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Where the next mapping of one protection domain goes.
///
/// Addresses grow from 512 MiB upwards, clear of the image and of the stack at the top. An unmapped
/// guard page follows every mapping, so that running off the end of a shared region faults instead of
/// reaching the next one. Regions of whole 2 MiB are aligned to it, so that large pages fit.
struct VirtualAddressCursor {
  static let guardSize: UInt64 = 0x1000

  private var next: UInt64 = 0x2000_0000

  /// The address of a new mapping of `size` bytes, a multiple of 4 KiB; nil when the 1 TiB that
  /// 40-bit stage-2 translation gives is used up.
  mutating func place(_ size: ByteCount) -> VirtualAddress? {
    let alignment = SystemBuilder.bestPageSize(for: size).rawValue
    let start = (next + alignment - 1) / alignment * alignment
    let (end, overflow) = start.addingReportingOverflow(size.rawValue)
    if overflow || end > Self.limit { return nil }
    next = end + Self.guardSize
    return VirtualAddress(start)
  }

  /// Below the largest stack (16 MiB) under the 2^40 that both boards' address spaces end at.
  private static let limit: UInt64 = (1 << 40) - (32 << 20)
}

/// Memory for regions whose physical address must be known, because a device will reach them: taken
/// from the board's `physicalMemoryTop` downwards, in the order of creation.
struct PhysicalAddressCursor {
  private var top: UInt64
  private let bottom: UInt64

  init(top: UInt64, bottom: UInt64) {
    self.top = top
    self.bottom = bottom
  }

  /// The address of `size` bytes, a multiple of 4 KiB; nil when the memory is used up.
  mutating func place(_ size: ByteCount) -> PhysicalAddress? {
    guard size.rawValue <= top, top - size.rawValue >= bottom else { return nil }
    top -= size.rawValue
    return PhysicalAddress(top)
  }
}

/// The identifiers 0 to 61 that one protection domain's interrupts and channels share.
struct ChannelIDPool {
  private var used: UInt64 = 0

  /// The lowest free identifier; nil when all 62 are used.
  mutating func takeLowest() -> ChannelID? {
    let id = UInt8(truncatingIfNeeded: (~used).trailingZeroBitCount)
    if id > ChannelID.maximum { return nil }
    used |= 1 << UInt64(id)
    return ChannelID(id)
  }

  /// A chosen identifier; false when it is out of range or taken.
  mutating func take(_ id: ChannelID) -> Bool {
    guard id.rawValue <= ChannelID.maximum, used & (1 << UInt64(id.rawValue)) == 0 else {
      return false
    }
    used |= 1 << UInt64(id.rawValue)
    return true
  }
}
