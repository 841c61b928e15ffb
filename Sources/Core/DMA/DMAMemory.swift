// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// Memory that a device reads or writes: mapped memory on the target, a model in tests.
///
/// Offsets count bytes from its start. An access outside reads 0 and writes nothing. That is the last line of
/// defence: offsets come from peers, and each user checks them first.
public protocol DMAMemory {
  /// Size in bytes.
  var byteCount: Int { get }
  /// One 16-bit load; loads and stores are little-endian and must be aligned to their size.
  func load16(at offset: Int) -> UInt16
  /// One 32-bit load.
  func load32(at offset: Int) -> UInt32
  /// One 64-bit load.
  func load64(at offset: Int) -> UInt64
  /// One 16-bit store.
  func store16(_ value: UInt16, at offset: Int)
  /// One 32-bit store.
  func store32(_ value: UInt32, at offset: Int)
  /// One 64-bit store.
  func store64(_ value: UInt64, at offset: Int)

  /// Writes cached data back to memory, before a device reads it.
  func clean(_ offset: Int, count: Int)
  /// Writes cached data back and discards it, so that the next loads come from memory after a device wrote it.
  func cleanAndInvalidate(_ offset: Int, count: Int)

  /// The device sees stores before this call before stores after it.
  func orderStores()
  /// Loads before this call complete before loads after it.
  func orderLoads()
  /// All accesses before this call complete before all accesses after it.
  func orderAll()
}

/// Memory mapped into this protection domain.
@safe public struct MappedMemory: DMAMemory, @unchecked Sendable {
  // Safety: covers `byteCount` bytes, which the initialiser's caller guarantees; every access is checked against it.
  private let start: UnsafeMutableRawPointer
  /// Size in bytes, at least 8.
  public let byteCount: Int

  /// Nil if `address` is 0, which means that there is no memory, or not a multiple of 8, and if `byteCount` is
  /// below 8.
  ///
  /// Unsafe: `byteCount` bytes from `address` must stay mapped, and be writable if anything is stored.
  @unsafe public init?(address: UInt64, byteCount: UInt64) {
    guard
      address % 8 == 0, let count = Int(exactly: byteCount), count >= 8,
      let start = unsafe UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address))
    else { return nil }
    unsafe self.start = start
    self.byteCount = count
  }

  @inline(__always)
  private func has(_ offset: Int, _ count: Int) -> Bool {
    offset >= 0 && count >= 0 && offset <= byteCount &- count
  }

  // For a number of up to 8 bytes. The memory has at least 8, so one unsigned comparison checks both ends.
  @inline(__always)
  private func hasNumber(_ offset: Int, _ count: Int) -> Bool {
    UInt(bitPattern: offset) <= UInt(bitPattern: byteCount &- count)
  }

  /// One 16-bit load; 0 outside.
  public func load16(at offset: Int) -> UInt16 {
    hasNumber(offset, 2) ? unsafe cmemory_load_16(start + offset) : 0
  }
  /// One 32-bit load; 0 outside.
  public func load32(at offset: Int) -> UInt32 {
    hasNumber(offset, 4) ? unsafe cmemory_load_32(start + offset) : 0
  }
  /// One 64-bit load; 0 outside.
  public func load64(at offset: Int) -> UInt64 {
    hasNumber(offset, 8) ? unsafe cmemory_load_64(start + offset) : 0
  }
  /// One 16-bit store; dropped outside.
  public func store16(_ value: UInt16, at offset: Int) {
    if hasNumber(offset, 2) { unsafe cmemory_store_16(start + offset, value) }
  }
  /// One 32-bit store; dropped outside.
  public func store32(_ value: UInt32, at offset: Int) {
    if hasNumber(offset, 4) { unsafe cmemory_store_32(start + offset, value) }
  }
  /// One 64-bit store; dropped outside.
  public func store64(_ value: UInt64, at offset: Int) {
    if hasNumber(offset, 8) { unsafe cmemory_store_64(start + offset, value) }
  }

  /// Cleans the data cache to the point of coherency (`dc cvac`), and waits for it (DSB).
  public func clean(_ offset: Int, count: Int) {
    if has(offset, count) { unsafe cmemory_clean(start + offset, UInt(bitPattern: count)) }
  }
  /// Cleans and invalidates (`dc civac`), and waits for it (DSB).
  public func cleanAndInvalidate(_ offset: Int, count: Int) {
    if has(offset, count) {
      unsafe cmemory_clean_and_invalidate(start + offset, UInt(bitPattern: count))
    }
  }

  /// A barrier between stores, in the domain of devices.
  public func orderStores() { cmemory_device_stores() }
  /// A barrier between loads, in the domain of devices.
  public func orderLoads() { cmemory_device_loads() }
  /// A full barrier, in the domain of devices.
  public func orderAll() { cmemory_device_both() }

  /// Copies `count` bytes from `offset` to `target` at `targetOffset`. False, with nothing copied, unless all of
  /// them lie inside both.
  public func copy(
    _ offset: Int, count: Int, to target: MappedMemory, at targetOffset: Int
  ) -> Bool {
    guard has(offset, count), target.has(targetOffset, count) else { return false }
    unsafe cmemory_copy(target.start + targetOffset, start + offset, UInt(bitPattern: count))
    return true
  }

  /// Lends bytes for reading. Nil, without calling `body`, unless all of them lie inside.
  ///
  /// A peer that has the memory mapped could change the bytes during the call. Use this only for buffers that no
  /// peer writes while they are ours, and only with readers that stay inside the span whatever values they see.
  @inline(__always)
  public func withBytes<Result>(
    _ offset: Int, count: Int, _ body: (RawSpan) -> Result
  ) -> Result? {
    guard has(offset, count) else { return nil }
    return body(unsafe RawSpan(_unsafeStart: start + offset, byteCount: count))
  }

  /// Lends bytes for writing. False, without calling `body`, unless all of them lie inside.
  @inline(__always)
  public func withMutableBytes(
    _ offset: Int, count: Int, _ body: (inout MutableRawSpan) -> Void
  ) -> Bool {
    guard has(offset, count) else { return false }
    var bytes = unsafe MutableRawSpan(_unsafeStart: start + offset, byteCount: count)
    body(&bytes)
    return true
  }
}
