// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The headers of a heap's blocks. A block's number is its distance from the start of the memory in units of
/// 16 bytes; sizes have the same unit.
///
/// Safety: the initialiser's caller vouches for the memory. Every block number used here comes from headers
/// that only this module writes, except in `block(of:)`, which checks it.
@safe struct BlockMemory {
  private let base: UnsafeMutableRawPointer
  /// One past the last unit.
  let end: UInt32

  private static var taken: UInt32 { 0x7461_6b65 }
  private static var free: UInt32 { 0x6672_6565 }

  @unsafe init?(start: UnsafeMutableRawPointer, byteCount: Int) {
    let lead = (16 &- Int(UInt(bitPattern: start) % 16)) % 16
    let units = (byteCount &- lead) / 16
    guard byteCount >= lead, units >= 4, units < 1 << 30 else { return nil }
    unsafe base = start + lead
    end = UInt32(truncatingIfNeeded: units)
  }

  // A header holds the block's size, the size of the preceding block (0 for the first), and whether the block
  // is in use. In a free block the numbers of its neighbours in the free list follow.
  private func word(_ block: UInt32, _ index: Int) -> UnsafeMutablePointer<UInt32> {
    let offset: Int = Int(block) &* 16 &+ index &* 4
    return unsafe (base + offset).assumingMemoryBound(to: UInt32.self)
  }

  func size(_ block: UInt32) -> UInt32 { unsafe word(block, 0).pointee }
  func setSize(_ block: UInt32, _ size: UInt32) { unsafe word(block, 0).pointee = size }
  func previous(_ block: UInt32) -> UInt32 { unsafe word(block, 1).pointee }
  func isTaken(_ block: UInt32) -> Bool { unsafe word(block, 2).pointee == Self.taken }
  func setTaken(_ block: UInt32, _ taken: Bool) {
    unsafe word(block, 2).pointee = taken ? Self.taken : Self.free
  }
  func nextFree(_ block: UInt32) -> UInt32 { unsafe word(block, 4).pointee }
  func setNextFree(_ block: UInt32, _ next: UInt32) { unsafe word(block, 4).pointee = next }
  func previousFree(_ block: UInt32) -> UInt32 { unsafe word(block, 5).pointee }
  func setPreviousFree(_ block: UInt32, _ previous: UInt32) {
    unsafe word(block, 5).pointee = previous
  }

  func format(_ block: UInt32, size: UInt32, previous: UInt32, taken: Bool) {
    setSize(block, size)
    unsafe word(block, 1).pointee = previous
    setTaken(block, taken)
  }

  /// Stores the size of `block` in the header of the block that follows it, if there is one.
  func setPrevious(after block: UInt32) {
    let next = block &+ size(block)
    if next < end { unsafe word(next, 1).pointee = size(block) }
  }

  @unsafe func contents(of block: UInt32) -> UnsafeMutableRawPointer {
    unsafe base + (Int(block) &+ 1) &* 16
  }

  /// The block whose contents are at `pointer`; nil if no block can start there.
  @unsafe func block(of pointer: UnsafeMutableRawPointer) -> UInt32? {
    let distance = unsafe Int(bitPattern: pointer) &- Int(bitPattern: base)
    guard distance >= 16, distance % 16 == 0, distance / 16 < Int(end) else { return nil }
    return UInt32(truncatingIfNeeded: distance / 16 &- 1)
  }
}
