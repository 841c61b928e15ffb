// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// Access to a device's 32-bit registers: `MMIO` on the target, a recorder in tests. Each call is one
/// access, and accesses happen in the order of the calls.
public protocol RegisterBus {
  /// Reads the register at `offset` bytes from the device's first one; a multiple of 4.
  func load(_ offset: Int) -> UInt32
  /// Writes the register at `offset`.
  func store(_ bits: UInt32, at offset: Int)
}

/// Registers mapped into this domain's address space.
@safe public struct MMIO: RegisterBus {
  // Safety: covers `byteCount` bytes, which the initialiser's caller guarantees.
  private let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Nil if `address` is 0 or not a multiple of 4.
  ///
  /// Unsafe: `byteCount` bytes from `address` must stay mapped as device memory.
  @unsafe public init?(address: UInt64, byteCount: UInt64) {
    guard
      address % 4 == 0, let byteCount = Int(exactly: byteCount),
      let base = unsafe UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address))
    else { return nil }
    unsafe self.base = base
    self.byteCount = byteCount
  }

  /// The registers from `offset` on, for a device that is only a part of the mapped block; nil unless at
  /// least `byteCount` bytes are left.
  public func registers(at offset: Int, byteCount: Int) -> MMIO? {
    guard offset >= 0, offset % 4 == 0, byteCount >= 0, byteCount <= self.byteCount - offset
    else { return nil }
    return unsafe MMIO(
      address: UInt64(UInt(bitPattern: base + offset)), byteCount: UInt64(byteCount))
  }

  // Safety of both: offsets are constants in a driver's register map, and drivers are given a bus that covers
  // their map. The accesses are volatile, so each stays one access of 32 bits.

  /// One volatile 32-bit read.
  public func load(_ offset: Int) -> UInt32 { unsafe cmemory_read_register(base + offset) }
  /// One volatile 32-bit write.
  public func store(_ bits: UInt32, at offset: Int) {
    unsafe cmemory_write_register(base + offset, bits)
  }
}
