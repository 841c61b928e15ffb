// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An allocator over memory of fixed size.
///
/// Free blocks are kept in lists by size, four lists to a power of two, so that allocating and freeing take a
/// few steps however many blocks there are (two-level segregated fit; Masmano et al., ECRTS 2004). Adjacent
/// free blocks are merged. Each block has a 16-byte header, and its size is a multiple of 16.
@safe public struct FixedHeap: ~Copyable {
  // Keep the first three in this order: `serval run --stats` reads them in place.

  /// Bytes that blocks and their headers can take up.
  public let capacity: Int
  /// Bytes in use, headers included.
  public private(set) var used = 0
  /// The largest that `used` has been.
  public private(set) var peak = 0
  /// Blocks in use.
  public private(set) var blockCount = 0

  private let blocks: BlockMemory
  private var lists = FreeLists()

  /// Nil if the memory is too short for two blocks. Bytes at either end that are not aligned to 16 stay unused.
  ///
  /// - Safety: `byteCount` bytes from `start` must be mapped, and used by nothing else, for the heap's lifetime.
  @unsafe public init?(start: UnsafeMutableRawPointer, byteCount: Int) {
    guard let blocks = unsafe BlockMemory(start: start, byteCount: byteCount) else { return nil }
    self.blocks = blocks
    capacity = Int(blocks.end) * 16
    blocks.format(0, size: blocks.end, previous: 0, taken: false)
    lists.insert(0, in: blocks)
  }

  /// Allocates a block of at least `byteCount` bytes.
  ///
  /// - Parameter alignment: in bytes, a power of two.
  /// - Returns: nil if no free block is long enough, or if `alignment` is invalid.
  public mutating func allocate(_ byteCount: Int, alignment: Int = 16) -> UnsafeMutableRawPointer? {
    guard byteCount >= 0, alignment > 0, alignment & (alignment &- 1) == 0,
      byteCount <= capacity, alignment <= capacity
    else { return nil }
    // A header and the bytes, and never less than a free block's list links need.
    let units = UInt32(truncatingIfNeeded: max(2, 1 &+ (byteCount &+ 15) / 16))
    // Room to move the start of the block up and to leave a free block below it.
    let slack = alignment <= 16 ? 0 : UInt32(truncatingIfNeeded: alignment / 16 &+ 2)
    guard var block = lists.removeBlock(ofAtLeast: units &+ slack, in: blocks) else { return nil }
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

  /// Frees a block.
  ///
  /// - Returns: false, and nothing changes, if no block in use starts at that address.
  @discardableResult public mutating func free(_ pointer: UnsafeMutableRawPointer) -> Bool {
    guard let block = unsafe blocks.block(of: pointer), blocks.isTaken(block) else { return false }
    used &-= Int(blocks.size(block)) &* 16
    blockCount &-= 1
    // Merging may leave this header inside a longer block, where a second free must not believe it.
    blocks.setTaken(block, false)
    release(block, size: blocks.size(block), previous: blocks.previous(block))
    return true
  }

  /// Whether `allocate(byteCount)` would succeed now.
  public mutating func canAllocate(_ byteCount: Int) -> Bool {
    guard byteCount >= 0, byteCount <= capacity else { return false }
    return lists.has(UInt32(truncatingIfNeeded: max(2, 1 &+ (byteCount &+ 15) / 16)), in: blocks)
  }

  /// Moves the start of a block that is in no list up until its contents are aligned. The part below becomes
  /// a free block.
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

  /// Adds a free block, merged with its free neighbours.
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

#if !hasFeature(Embedded)
  extension FixedHeap {
    /// What is wrong with the headers, the lists or the counters; nil if nothing. For tests: it visits every block.
    public mutating func checkInvariants() -> StaticString? {
      var (block, previous) = (UInt32(0), UInt32(0))
      var (usedBytes, usedBlocks, freeBlocks) = (0, 0, 0)
      var followsFree = false
      while block < blocks.end {
        let size = blocks.size(block)
        guard size >= 2, size <= blocks.end &- block else {
          return "a block has an impossible size"
        }
        guard blocks.previous(block) == previous else {
          return "a header has a wrong size before it"
        }
        let isFree = !blocks.isTaken(block)
        if isFree {
          if followsFree { return "adjacent free blocks are not merged" }
          guard lists.contains(block, in: blocks) else { return "a free block is not in its list" }
          freeBlocks &+= 1
        } else {
          usedBytes &+= Int(size) &* 16
          usedBlocks &+= 1
        }
        followsFree = isFree
        previous = size
        block &+= size
      }
      guard lists.blockCount(in: blocks) == freeBlocks else { return "a list has a block in use" }
      guard usedBytes == used, usedBlocks == blockCount else { return "the counters are wrong" }
      return peak >= used && used <= capacity ? nil : "the peak is wrong"
    }
  }
#endif
