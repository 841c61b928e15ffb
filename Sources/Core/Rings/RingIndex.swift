// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A free-running index in shared memory: the widths that the three queue formats use.
public protocol RingIndex: FixedWidthInteger & UnsignedInteger & Sendable {
  /// Unsafe: `address` must be mapped and aligned to the index's size; so for the others.
  @unsafe static func loadAcquire(_ address: UnsafeRawPointer) -> Self
  @unsafe static func storeRelease(_ value: Self, at address: UnsafeMutableRawPointer)
}

// Safety of the three: the pointer goes to one access of exactly the type's width.

extension UInt16: RingIndex {
  @unsafe public static func loadAcquire(_ address: UnsafeRawPointer) -> UInt16 {
    unsafe cmemory_load_acquire_16(address)
  }
  @unsafe public static func storeRelease(_ value: UInt16, at address: UnsafeMutableRawPointer) {
    unsafe cmemory_store_release_16(address, value)
  }
}

extension UInt32: RingIndex {
  @unsafe public static func loadAcquire(_ address: UnsafeRawPointer) -> UInt32 {
    unsafe cmemory_load_acquire_32(address)
  }
  @unsafe public static func storeRelease(_ value: UInt32, at address: UnsafeMutableRawPointer) {
    unsafe cmemory_store_release_32(address, value)
  }
}

extension UInt64: RingIndex {
  @unsafe public static func loadAcquire(_ address: UnsafeRawPointer) -> UInt64 {
    unsafe cmemory_load_acquire_64(address)
  }
  @unsafe public static func storeRelease(_ value: UInt64, at address: UnsafeMutableRawPointer) {
    unsafe cmemory_store_release_64(address, value)
  }
}
