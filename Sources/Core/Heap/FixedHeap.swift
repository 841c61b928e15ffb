// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An allocator over a region that never grows.
///
/// Free blocks are kept in lists by size, four lists to a power of two, so that a block is found and
/// given back in a few steps however many there are (two-level segregated fit; Masmano et al., ECRTS 2004).
/// Neighbours that are free are one block. A block has a header of 16 bytes, and is a multiple of 16.
@safe public struct FixedHeap: ~Copyable {
  // The first three in this order: `serval run` reads them where they lie.

  /// Bytes that blocks and their headers can have.
  public let capacity: Int
  /// Bytes that are taken, headers included.
  public private(set) var used = 0
  /// The largest that `used` has been.
  public private(set) var peak = 0
  /// Blocks that are taken.
  public private(set) var blockCount = 0

  private let blocks: BlockMemory
  private var lists = FreeLists()

  /// Nil where the region is shorter than two blocks. What is not aligned to 16 bytes at its ends is not
  /// used.
  ///
  /// Unsafe: `byteCount` bytes from `start` must be mapped and nobody else's for as long as this lives.
  @unsafe public init?(start: UnsafeMutableRawPointer, byteCount: Int) {
    guard let blocks = unsafe BlockMemory(start: start, byteCount: byteCount) else { return nil }
    self.blocks = blocks
    capacity = Int(blocks.end) * 16
    blocks.format(0, size: blocks.end, previous: 0, taken: false)
    lists.insert(0, in: blocks)
  }

  /// A block of `byteCount` bytes or more.
  ///
  /// - Parameter alignment: bytes, a power of two.
  /// - Returns: nil where there is no free block that is long enough, or no such alignment.
  public mutating func allocate(_ byteCount: Int, alignment: Int = 16) -> UnsafeMutableRawPointer? {
    guard byteCount >= 0, alignment > 0, alignment & (alignment &- 1) == 0,
      byteCount <= capacity, alignment <= capacity
    else { return nil }
    // A header, and the bytes; at least what the links of a free block need.
    let units = UInt32(truncatingIfNeeded: max(2, 1 &+ (byteCount &+ 15) / 16))
    // Room to move the block's start up, and for a free block below it.
    let slack = alignment <= 16 ? 0 : UInt32(truncatingIfNeeded: alignment / 16 &+ 2)
    guard var block = lists.take(units &+ slack, in: blocks) else { return nil }
    if slack > 0 { block = align(block, to: alignment) }
    blocks.setTaken(block, true)
    let size = blocks.size(block)
    if size &- units >= 2 {
      blocks.setSize(block, units)
      release(block &+ units, size: size &- units, previous: units)
    }
    used &+= Int(blocks.size(block)) &* 16
    peak = max(peak, used)
    blockCount &+= 1
    return unsafe blocks.contents(of: block)
  }

  /// Gives a block back.
  ///
  /// - Returns: false, and nothing changes, where there is no taken block at that address.
  @discardableResult public mutating func free(_ pointer: UnsafeMutableRawPointer) -> Bool {
    guard let block = unsafe blocks.block(of: pointer), blocks.isTaken(block) else { return false }
    used &-= Int(blocks.size(block)) &* 16
    blockCount &-= 1
    // Its header may end up inside a longer block.
    blocks.setTaken(block, false)
    release(block, size: blocks.size(block), previous: blocks.previous(block))
    return true
  }

  /// Whether a block of `byteCount` bytes, aligned to 16, could be had now.
  public mutating func canAllocate(_ byteCount: Int) -> Bool {
    guard byteCount >= 0, byteCount <= capacity else { return false }
    return lists.has(UInt32(truncatingIfNeeded: max(2, 1 &+ (byteCount &+ 15) / 16)), in: blocks)
  }

  /// Moves the start of a block, which is in no list, up to where its contents are aligned; what is below
  /// becomes a free block.
  private mutating func align(_ block: UInt32, to alignment: Int) -> UInt32 {
    var lead: UInt32 = 0
    while unsafe UInt(bitPattern: blocks.contents(of: block &+ lead)) % UInt(alignment) != 0
      || lead == 1
    { lead &+= 1 }
    guard lead > 0 else { return block }
    let (size, previous) = (blocks.size(block), blocks.previous(block))
    let aligned = block &+ lead
    blocks.format(aligned, size: size &- lead, previous: lead, taken: true)
    blocks.setPrevious(after: aligned)
    release(block, size: lead, previous: previous)
    return aligned
  }

  /// Makes a free block, joined with free neighbours.
  private mutating func release(_ block: UInt32, size: UInt32, previous: UInt32) {
    var (start, total, before) = (block, size, previous)
    let next = block &+ size
    if next < blocks.end, !blocks.isTaken(next) {
      lists.remove(next, in: blocks)
      total &+= blocks.size(next)
    }
    if before > 0, !blocks.isTaken(block &- before) {
      start = block &- before
      lists.remove(start, in: blocks)
      total &+= before
      before = blocks.previous(start)
    }
    blocks.format(start, size: total, previous: before, taken: false)
    blocks.setPrevious(after: start)
    lists.insert(start, in: blocks)
  }
}
