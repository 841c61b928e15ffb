// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// What a ring's slots hold. A load takes a snapshot: each byte is read from shared memory once, so
/// that a value which was checked cannot change afterwards.
public protocol RingElement: Sendable {
  /// Bytes from one slot to the next.
  static var stride: Int { get }
  /// Alignment in bytes that the slots need.
  static var alignment: Int { get }
  /// Unsafe: `slot` must be mapped for `stride` bytes and aligned; so for `store`.
  @unsafe static func load(from slot: UnsafeRawPointer) -> Self
  @unsafe func store(to slot: UnsafeMutableRawPointer)
}

extension UInt8: RingElement {
  public static var stride: Int { 1 }
  public static var alignment: Int { 1 }

  // Safety: one access of one byte.
  @unsafe public static func load(from slot: UnsafeRawPointer) -> UInt8 {
    unsafe cmemory_load_8(slot)
  }
  @unsafe public func store(to slot: UnsafeMutableRawPointer) {
    unsafe cmemory_store_8(slot, self)
  }
}
