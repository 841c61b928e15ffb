// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree
import SystemModel
import Targets

extension Board {
  /// The memory from whose end DMA regions are allocated; empty if the board has none below
  /// `physicalMemoryTop`, or none that is known.
  public func dmaMemory(in tree: DeviceTree) -> Range<PhysicalAddress> {
    let described = ((try? tree.memory()) ?? []).map { range in
      range.address..<range.address &+ min(range.size, .max - range.address)
    }
    if let top = physicalMemoryTop {
      let bottom = described.map(\.lowerBound).filter { $0 < top.rawValue }.max() ?? 0
      return PhysicalAddress(min(bottom, top.rawValue))..<top
    }
    let managed = (try? Target.of(board: name, sdk: .newest))?.platform?.normalMemory
    let below4GiB = (managed ?? described).map { $0.clamped(to: 0..<1 << 32) }
    guard let largest = below4GiB.max(by: { $0.count < $1.count }) else { return 0..<0 }
    let middle = largest.lowerBound + (largest.upperBound - largest.lowerBound) / 2
    let top = max(largest.lowerBound, middle / Self.alignment * Self.alignment)
    return PhysicalAddress(largest.lowerBound)..<PhysicalAddress(top)
  }

  /// 2 MiB, the size of large pages.
  private static let alignment: UInt64 = 2 << 20
}
