// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A way to a device's 32-bit registers: `MMIO` on the target, a recorder in tests. Each call is
/// one access, and accesses happen in the order of the calls.
public protocol RegisterBus {
  /// `offset` in bytes from the device's first register, a multiple of 4.
  func load(_ offset: Int) -> UInt32
  func store(_ bits: UInt32, at offset: Int)
}

/// Registers mapped into this domain's address space.
@safe public struct MMIO: RegisterBus {
  // Safety: covers `byteCount` bytes, by the promise of the initialiser.
  private let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Unsafe: `byteCount` bytes from `address` must be mapped as device memory for good. Nil where
  /// `address` is 0 or not a multiple of 4.
  @unsafe public init?(address: UInt64, byteCount: UInt64) {
    guard
      address % 4 == 0, let byteCount = Int(exactly: byteCount),
      let base = unsafe UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address))
    else { return nil }
    unsafe self.base = base
    self.byteCount = byteCount
  }

  /// The registers from `offset` on, where a device is only a part of what is mapped; nil unless at
  /// least `byteCount` bytes are left.
  public func registers(at offset: Int, byteCount: Int) -> MMIO? {
    guard offset >= 0, offset % 4 == 0, byteCount >= 0, byteCount <= self.byteCount - offset
    else { return nil }
    return unsafe MMIO(
      address: UInt64(UInt(bitPattern: base + offset)), byteCount: UInt64(byteCount))
  }

  // Safety of both: offsets come from the registers that a driver declares as constants, and its
  // initialiser takes a bus that covers them. Volatile, so that each stays one access of 32 bits.
  public func load(_ offset: Int) -> UInt32 { unsafe cmemory_read_register(base + offset) }
  public func store(_ bits: UInt32, at offset: Int) {
    unsafe cmemory_write_register(base + offset, bits)
  }
}
