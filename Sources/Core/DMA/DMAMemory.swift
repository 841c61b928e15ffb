// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// Memory that a device reads or writes, seen from here: as it is mapped, or a test's.
///
/// Offsets are bytes from its start. An access that is not inside reads as 0 and writes nothing: offsets come
/// from peers, and every user checks them for its own purpose first.
public protocol DMAMemory {
  var byteCount: Int { get }
  func load16(at offset: Int) -> UInt16
  func load32(at offset: Int) -> UInt32
  func load64(at offset: Int) -> UInt64
  func store16(_ value: UInt16, at offset: Int)
  func store32(_ value: UInt32, at offset: Int)
  func store64(_ value: UInt64, at offset: Int)

  /// What was written there reaches memory, for a device to read.
  func clean(_ offset: Int, count: Int)
  /// What is read there next comes from memory, where a device has written it.
  func cleanAndInvalidate(_ offset: Int, count: Int)

  /// Stores before it are seen by the device before those after it.
  func orderStores()
  /// Loads before it are done before those after it.
  func orderLoads()
  /// Everything before it is done before everything after it.
  func orderAll()
}

/// Mapped memory.
@safe public struct MappedMemory: DMAMemory, @unchecked Sendable {
  // Safety: covers `byteCount` bytes, by the promise of the initialiser; every access is checked against it.
  private let start: UnsafeMutableRawPointer
  public let byteCount: Int

  /// Nil where `address` is 0, which says that there is none, or not a multiple of 8; and where there are
  /// fewer than 8 bytes.
  ///
  /// Unsafe: `byteCount` bytes from `address` must be mapped for good, writable if anything is stored.
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

  // The same for numbers: there are at least 8 bytes, so that one comparison does.
  @inline(__always)
  private func hasNumber(_ offset: Int, _ count: Int) -> Bool {
    UInt(bitPattern: offset) <= UInt(bitPattern: byteCount &- count)
  }

  public func load16(at offset: Int) -> UInt16 {
    hasNumber(offset, 2) ? unsafe cmemory_load_16(start + offset) : 0
  }
  public func load32(at offset: Int) -> UInt32 {
    hasNumber(offset, 4) ? unsafe cmemory_load_32(start + offset) : 0
  }
  public func load64(at offset: Int) -> UInt64 {
    hasNumber(offset, 8) ? unsafe cmemory_load_64(start + offset) : 0
  }
  public func store16(_ value: UInt16, at offset: Int) {
    if hasNumber(offset, 2) { unsafe cmemory_store_16(start + offset, value) }
  }
  public func store32(_ value: UInt32, at offset: Int) {
    if hasNumber(offset, 4) { unsafe cmemory_store_32(start + offset, value) }
  }
  public func store64(_ value: UInt64, at offset: Int) {
    if hasNumber(offset, 8) { unsafe cmemory_store_64(start + offset, value) }
  }

  public func clean(_ offset: Int, count: Int) {
    if has(offset, count) { unsafe cmemory_clean(start + offset, UInt(bitPattern: count)) }
  }
  public func cleanAndInvalidate(_ offset: Int, count: Int) {
    if has(offset, count) {
      unsafe cmemory_clean_and_invalidate(start + offset, UInt(bitPattern: count))
    }
  }

  public func orderStores() { cmemory_device_stores() }
  public func orderLoads() { cmemory_device_loads() }
  public func orderAll() { cmemory_device_both() }

  /// Copies `count` bytes from `offset` to `target` at `targetOffset`; false, and nothing is copied, where
  /// not all of them are inside both.
  public func copy(
    _ offset: Int, count: Int, to target: MappedMemory, at targetOffset: Int
  ) -> Bool {
    guard has(offset, count), target.has(targetOffset, count) else { return false }
    unsafe cmemory_copy(target.start + targetOffset, start + offset, UInt(bitPattern: count))
    return true
  }

  /// Lends bytes for reading; nil, and `body` is not called, where not all of them are inside.
  ///
  /// Whoever else has the memory mapped could change them meanwhile: only for what nobody writes as long as
  /// it is ours, and only where a reader that sees both stays inside what it was lent, as spans do.
  @inline(__always)
  public func withBytes<Result>(
    _ offset: Int, count: Int, _ body: (RawSpan) -> Result
  ) -> Result? {
    guard has(offset, count) else { return nil }
    return body(unsafe RawSpan(_unsafeStart: start + offset, byteCount: count))
  }

  /// Lends bytes for writing, and says whether they are all inside.
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
