// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A network buffer passing through a queue: sDDF's `net_buff_desc_t` (sddf/network/queue.h), 16 bytes.
/// Nothing is checked here: the receiver must check offset, length and owner.
public struct NetDescriptor: Equatable, Sendable {
  /// Offset in bytes from the start of the data region; in a driver's queues, the buffer's bus address.
  public var address: UInt64
  /// Bytes in use; 0 for an empty buffer.
  public var length: UInt16
  /// Number of the peer's region that the buffer lies in, 6 bits. Higher bits are dropped.
  public var owner: UInt8 { didSet { owner &= 0x3f } }

  /// A descriptor; of `owner` only the low 6 bits are kept.
  public init(address: UInt64, length: UInt16 = 0, owner: UInt8 = 0) {
    self.address = address
    self.length = length
    self.owner = owner & 0x3f
  }
}

extension NetDescriptor: RingElement {
  /// Size of a descriptor in bytes.
  public static var stride: Int { 16 }
  /// Alignment in bytes.
  public static var alignment: Int { 8 }

  // Safety of both: two accesses of 8 bytes each, inside the 16 that the caller guarantees.

  /// Reads a descriptor from a slot.
  @unsafe public static func load(from slot: UnsafeRawPointer) -> NetDescriptor {
    let rest = unsafe cmemory_load_64(slot + 8)
    return NetDescriptor(
      address: unsafe cmemory_load_64(slot), length: UInt16(truncatingIfNeeded: rest),
      owner: UInt8(truncatingIfNeeded: rest >> 16))
  }
  /// Writes a descriptor to a slot.
  @unsafe public func store(to slot: UnsafeMutableRawPointer) {
    unsafe cmemory_store_64(slot, address)
    unsafe cmemory_store_64(slot + 8, UInt64(length) | UInt64(owner) << 16)
  }
}
