// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A region as 64-bit words, for state that is too large for a stack. Only one protection domain writes it.
@safe public struct SharedWords: @unchecked Sendable {
  private let start: UnsafeMutableRawPointer
  /// Number of whole words in the region.
  public let count: Int

  /// The words of `region`; nil if it is not aligned to 8 bytes.
  public init?(_ region: SharedRegion) {
    guard unsafe UInt(bitPattern: region.start) % 8 == 0, region.byteCount >= 0 else { return nil }
    unsafe start = region.start
    count = region.byteCount / 8
  }

  /// The word at `index`. Beyond the last word, reads return 0 and writes are dropped.
  public subscript(index: Int) -> UInt64 {
    get {
      guard index >= 0, index < count else { return 0 }
      // Safety: the index is inside the region.
      return unsafe cmemory_load_64(start + 8 &* index)
    }
    nonmutating set {
      guard index >= 0, index < count else { return }
      // Safety: the index is inside the region.
      unsafe cmemory_store_64(start + 8 &* index, newValue)
    }
  }
}
