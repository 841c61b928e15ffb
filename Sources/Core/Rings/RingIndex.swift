// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A free-running index in shared memory, in the widths of the three queue formats.
public protocol RingIndex: FixedWidthInteger & UnsignedInteger & Sendable {
  /// Loads an index; later accesses stay after the load.
  ///
  /// Unsafe: `address` must be mapped, and aligned to the size of the index.
  @unsafe static func loadAcquire(_ address: UnsafeRawPointer) -> Self
  /// Stores an index; earlier accesses stay before the store.
  ///
  /// Unsafe: as for `loadAcquire`.
  @unsafe static func storeRelease(_ value: Self, at address: UnsafeMutableRawPointer)
}

// Safety of all three: the pointer is used for one access of exactly the type's width.

extension UInt16: RingIndex {
  /// One acquiring load.
  @unsafe public static func loadAcquire(_ address: UnsafeRawPointer) -> UInt16 {
    unsafe cmemory_load_acquire_16(address)
  }
  /// One releasing store.
  @unsafe public static func storeRelease(_ value: UInt16, at address: UnsafeMutableRawPointer) {
    unsafe cmemory_store_release_16(address, value)
  }
}

extension UInt32: RingIndex {
  /// One acquiring load.
  @unsafe public static func loadAcquire(_ address: UnsafeRawPointer) -> UInt32 {
    unsafe cmemory_load_acquire_32(address)
  }
  /// One releasing store.
  @unsafe public static func storeRelease(_ value: UInt32, at address: UnsafeMutableRawPointer) {
    unsafe cmemory_store_release_32(address, value)
  }
}

extension UInt64: RingIndex {
  /// One acquiring load.
  @unsafe public static func loadAcquire(_ address: UnsafeRawPointer) -> UInt64 {
    unsafe cmemory_load_acquire_64(address)
  }
  /// One releasing store.
  @unsafe public static func storeRelease(_ value: UInt64, at address: UnsafeMutableRawPointer) {
    unsafe cmemory_store_release_64(address, value)
  }
}
