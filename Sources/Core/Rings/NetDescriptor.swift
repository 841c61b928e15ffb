// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A network buffer on its way through a queue (sDDF `net_buff_desc_t`, sddf/network/queue.h): 16
/// bytes. Nothing about it is checked here; offsets and lengths are the receiver's to judge.
public struct NetDescriptor: Equatable, Sendable {
  /// Bytes from the start of the data region, or the buffer's bus address towards a driver.
  public var address: UInt64
  /// Bytes in use.
  public var length: UInt16
  /// Which of the peer's regions the buffer is from: 6 bits, higher ones are dropped.
  public var owner: UInt8 { didSet { owner &= 0x3f } }

  public init(address: UInt64, length: UInt16 = 0, owner: UInt8 = 0) {
    self.address = address
    self.length = length
    self.owner = owner & 0x3f
  }
}

extension NetDescriptor: RingElement {
  public static var stride: Int { 16 }
  public static var alignment: Int { 8 }

  // Safety: two accesses of 8 bytes, inside the 16 that the caller vouches for.
  @unsafe public static func load(from slot: UnsafeRawPointer) -> NetDescriptor {
    let rest = unsafe cmemory_load_64(slot + 8)
    return NetDescriptor(
      address: unsafe cmemory_load_64(slot), length: UInt16(truncatingIfNeeded: rest),
      owner: UInt8(truncatingIfNeeded: rest >> 16))
  }
  @unsafe public func store(to slot: UnsafeMutableRawPointer) {
    unsafe cmemory_store_64(slot, address)
    unsafe cmemory_store_64(slot + 8, UInt64(length) | UInt64(owner) << 16)
  }
}
