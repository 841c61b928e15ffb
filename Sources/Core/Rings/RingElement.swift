// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// What a slot of a ring holds. A load takes a snapshot: each byte is read from shared memory once, so
/// a peer cannot change a value after it was checked.
public protocol RingElement: Sendable {
  /// Bytes from one slot to the next.
  static var stride: Int { get }
  /// Alignment in bytes that the slots need.
  static var alignment: Int { get }
  /// Reads a slot.
  ///
  /// Unsafe: `slot` must be mapped for `stride` bytes, and aligned to `alignment`.
  @unsafe static func load(from slot: UnsafeRawPointer) -> Self
  /// Writes a slot.
  ///
  /// Unsafe: as for `load`.
  @unsafe func store(to slot: UnsafeMutableRawPointer)
}

extension UInt8: RingElement {
  /// Size of a byte in bytes.
  public static var stride: Int { 1 }
  /// Alignment in bytes.
  public static var alignment: Int { 1 }

  // Safety of both: one access of one byte.

  /// Reads a byte from a slot.
  @unsafe public static func load(from slot: UnsafeRawPointer) -> UInt8 {
    unsafe cmemory_load_8(slot)
  }
  /// Writes a byte to a slot.
  @unsafe public func store(to slot: UnsafeMutableRawPointer) {
    unsafe cmemory_store_8(slot, self)
  }
}
