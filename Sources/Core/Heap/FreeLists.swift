// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Free blocks by size: list `4 * n + q` holds blocks of `(4 + q) * 2^n / 2` units (rounded up) or more, up to
/// where the next list begins.
struct FreeLists {
  private static var none: UInt32 { .max }
  private static var count: Int { 128 }
  private var heads = InlineArray<128, UInt32>(repeating: .max)
  // A bit for each list, set while the list has a block.
  private var present: (UInt64, UInt64) = (0, 0)

  /// The list for blocks of `size` units, which must be at least 2.
  private static func list(of size: UInt32) -> Int {
    let power = 31 &- size.leadingZeroBitCount
    let quarter = power >= 2 ? size &>> UInt32(power &- 2) & 3 : (size &<< 1) & 3
    return (power &- 1) &* 4 &+ Int(quarter)
  }

  mutating func insert(_ block: UInt32, in blocks: BlockMemory) {
    let list = Self.list(of: blocks.size(block))
    let head = head(list)
    blocks.setNextFree(block, head)
    blocks.setPreviousFree(block, Self.none)
    if head != Self.none { blocks.setPreviousFree(head, block) }
    heads[list] = block
    setPresent(list, true)
  }

  mutating func remove(_ block: UInt32, in blocks: BlockMemory) {
    let (next, previous) = (blocks.nextFree(block), blocks.previousFree(block))
    if next != Self.none { blocks.setPreviousFree(next, previous) }
    if previous != Self.none {
      blocks.setNextFree(previous, next)
    } else {
      let list = Self.list(of: blocks.size(block))
      heads[list] = next
      if next == Self.none { setPresent(list, false) }
    }
  }

  /// Removes a block of at least `size` units from its list; nil if there is none.
  mutating func removeBlock(ofAtLeast size: UInt32, in blocks: BlockMemory) -> UInt32? {
    guard let block = find(size, in: blocks) else { return nil }
    remove(block, in: blocks)
    return block
  }

  mutating func has(_ size: UInt32, in blocks: BlockMemory) -> Bool {
    find(size, in: blocks) != nil
  }

  // `mutating` although it changes nothing: indexing an array that is part of an immutable value copies the whole
  // array first.
  private mutating func head(_ list: Int) -> UInt32 { heads.mutableSpan[list] }

  private mutating func find(_ size: UInt32, in blocks: BlockMemory) -> UInt32? {
    let list = Self.list(of: size)
    let first = head(list)
    if first != Self.none, blocks.size(first) >= size { return first }
    // Any block of a later list is long enough. The list for this size may have a long enough block behind its
    // first, but that search is only worth it as a last resort.
    if let later = Self.firstPresent(present, from: list &+ 1) { return head(later) }
    var block = first
    while block != Self.none, blocks.size(block) < size { block = blocks.nextFree(block) }
    return block == Self.none ? nil : block
  }

  private mutating func setPresent(_ list: Int, _ value: Bool) {
    let bit: UInt64 = 1 &<< UInt64(list & 63)
    if list < 64 {
      present.0 = value ? present.0 | bit : present.0 & ~bit
    } else {
      present.1 = value ? present.1 | bit : present.1 & ~bit
    }
  }

  // Static, because a method called on an immutable value copies all lists.
  private static func firstPresent(_ present: (UInt64, UInt64), from list: Int) -> Int? {
    if list < 64 {
      let rest = present.0 & (.max &<< UInt64(list))
      if rest != 0 { return rest.trailingZeroBitCount }
      return present.1 == 0 ? nil : 64 &+ present.1.trailingZeroBitCount
    }
    let rest = list < count ? present.1 & (.max &<< UInt64(list &- 64)) : 0
    return rest == 0 ? nil : 64 &+ rest.trailingZeroBitCount
  }
}

#if !hasFeature(Embedded)
  extension FreeLists {
    /// Whether `block` is in the list for its size.
    mutating func contains(_ block: UInt32, in blocks: BlockMemory) -> Bool {
      var next = head(Self.list(of: blocks.size(block)))
      while next != Self.none, next != block { next = blocks.nextFree(next) }
      return next == block
    }

    /// The blocks in all lists.
    mutating func blockCount(in blocks: BlockMemory) -> Int {
      var count = 0
      for list in 0..<Self.count {
        var block = head(list)
        while block != Self.none {
          count &+= 1
          block = blocks.nextFree(block)
        }
      }
      return count
    }
  }
#endif
