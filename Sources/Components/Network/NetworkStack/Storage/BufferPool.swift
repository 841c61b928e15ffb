// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

/// A block of the pool: a power of two of bytes, or none if empty.
struct Block: BitwiseCopyable, Equatable {
  var start = 0
  var byteCount = 0

  var isNone: Bool { byteCount == 0 }
}

/// The memory for buffers, lent in blocks of powers of two (a buddy allocator). Allocating and
/// freeing take at most one step per power.
struct BufferPool: ~Copyable {
  /// The smallest block in bytes.
  static var smallest: Int { 1024 }
  private static var smallestOrder: Int { 10 }

  var bytes: FixedArray<UInt8>
  // For each smallest block that begins a free block: its order, and its neighbours in the list of
  // that order; -1 for none. Order 0: no free block begins here.
  private var order: FixedArray<UInt8>
  private var next: FixedArray<Int32>
  private var previous: FixedArray<Int32>
  private var first = InlineArray<48, Int32>(repeating: -1)
  /// Free bytes.
  private(set) var freeByteCount = 0
  /// The least that `freeByteCount` has been.
  private(set) var leastFreeByteCount = 0
  /// Bytes promised to blocks that are still to be allocated, 2 KB each; negative if more blocks
  /// have been allocated than expected.
  private var promised: Int
  private static var promise: Int { 2048 }

  // The inverse of the share that one block may have: the more blocks, the smaller the share.
  private let sharers: Int

  /// The largest block that one connection should allocate: a share of what is not promised to
  /// later ones, so that the first do not take everything.
  var fairByteCount: Int { fairByteCount(behind: 0) }

  /// The same, once a further `others` bytes have been allocated.
  @inline(__always)
  func fairByteCount(behind others: Int) -> Int {
    max(freeByteCount &- others &- max(promised, 0), 0) / sharers
  }

  /// A pool of `byteCount` bytes, rounded down to whole smallest blocks, for `blocks` blocks. At
  /// most half of it is reserved for blocks that are not allocated yet.
  init(byteCount: Int, blocks: Int = 0) {
    promised = min(blocks &* BufferPool.promise, byteCount / 2)
    sharers = min(max(blocks / 16, 4), 32)
    let units = max(byteCount, 0) / BufferPool.smallest
    bytes = FixedArray(count: units &* BufferPool.smallest, repeating: 0)
    order = FixedArray(count: units, repeating: 0)
    next = FixedArray(count: units, repeating: -1)
    previous = FixedArray(count: units, repeating: -1)
    var unit = 0
    while unit < units {
      // The largest power of two that is aligned here and fits.
      var size = 1
      while unit & (size &* 2 &- 1) == 0, unit &+ size &* 2 <= units { size &*= 2 }
      insert(unit, order: size.trailingZeroBitCount &+ BufferPool.smallestOrder)
      freeByteCount &+= size &* BufferPool.smallest
      unit &+= size
    }
    leastFreeByteCount = freeByteCount
  }

  /// A block of `byteCount` bytes, rounded up to a power of two; nil if there is none.
  mutating func allocate(_ byteCount: Int) -> Block? {
    allocate(order: BufferPool.order(of: byteCount))
  }

  /// The largest power of two up to `byteCount`; at least 1.
  static func powerOfTwo(within byteCount: Int) -> Int {
    1 << (Int.bitWidth &- 1 &- max(byteCount, 1).leadingZeroBitCount)
  }

  private static func order(of byteCount: Int) -> Int {
    let size = min(max(byteCount, smallest), 1 << 40)
    return Int.bitWidth &- (size &- 1).leadingZeroBitCount
  }

  private mutating func allocate(order wanted: Int) -> Block? {
    var found = wanted
    while found < first.count, first[found] < 0 { found &+= 1 }
    guard found < first.count else { return nil }
    let unit = Int(first[found])
    remove(unit)
    // Return the unneeded halves of a larger block.
    while found > wanted {
      found &-= 1
      insert(unit &+ (1 << (found &- BufferPool.smallestOrder)), order: found)
    }
    freeByteCount &-= 1 << wanted
    leastFreeByteCount = min(leastFreeByteCount, freeByteCount)
    promised &-= BufferPool.promise
    return Block(start: unit &* BufferPool.smallest, byteCount: 1 << wanted)
  }

  /// Frees a block; `block` becomes empty.
  mutating func free(_ block: inout Block) {
    guard !block.isNone else { return }
    var unit = block.start / BufferPool.smallest
    var size = block.byteCount.trailingZeroBitCount
    freeByteCount &+= block.byteCount
    promised &+= BufferPool.promise
    block = Block()
    while true {
      let buddy = unit ^ (1 << (size &- BufferPool.smallestOrder))
      guard buddy < order.count, Int(order[buddy]) == size else { break }
      remove(buddy)
      unit = min(unit, buddy)
      size &+= 1
    }
    insert(unit, order: size)
  }

  private mutating func insert(_ unit: Int, order size: Int) {
    let head = first[size]
    order[unit] = UInt8(truncatingIfNeeded: size)
    next[unit] = head
    previous[unit] = -1
    if head >= 0 { previous[Int(head)] = Int32(truncatingIfNeeded: unit) }
    first[size] = Int32(truncatingIfNeeded: unit)
  }

  private mutating func remove(_ unit: Int) {
    let after = next[unit]
    let before = previous[unit]
    if before >= 0 { next[Int(before)] = after } else { first[Int(order[unit])] = after }
    if after >= 0 { previous[Int(after)] = before }
    order[unit] = 0
  }
}

// A block as a ring: a sequence number's position is its remainder modulo the block's size.
extension BufferPool {
  /// Copies the first `length` bytes of `source` to the position of `number`; no more than the
  /// block holds.
  @inline(__always)
  mutating func copyIn(
    _ source: borrowing RawSpan, _ length: Int, to block: Block, at number: UInt32
  ) {
    let place = Int(number) & (block.byteCount &- 1)
    let length = min(length, block.byteCount)
    let head = min(length, block.byteCount &- place)
    bytes.copyIn(source, head, at: block.start &+ place)
    if length > head { bytes.copyIn(source, from: head, length &- head, at: block.start) }
  }

  /// Copies all of `source`.
  @inline(__always)
  mutating func copyIn(_ source: borrowing RawSpan, to block: Block, at number: UInt32) {
    copyIn(source, source.byteCount, to: block, at: number)
  }

  /// Copies `length` bytes from the position of `number` to `offset` of a frame, and adds them to
  /// `sum`.
  @inline(__always)
  func copyOut(
    _ length: Int, of block: Block, at number: UInt32, to frame: inout MutableRawSpan,
    _ offset: Int, _ sum: inout InternetChecksum
  ) {
    let (head, tail) = parts(of: block, at: number, length)
    bytes.withBytes(head) { sum.add($0, copyingTo: &frame, at: offset) }
    if tail.count > 0 {
      bytes.withBytes(tail) { sum.add($0, copyingTo: &frame, at: offset &+ head.count) }
    }
  }

  /// The parts of the pool that hold `length` bytes from `number` on: up to the block's end, and
  /// from its start.
  @inline(__always)
  func parts(of block: Block, at number: UInt32, _ length: Int) -> (ByteRange, ByteRange) {
    guard !block.isNone else {
      return (ByteRange(start: 0, count: 0), ByteRange(start: 0, count: 0))
    }
    let place = Int(number) & (block.byteCount &- 1)
    let head = min(length, block.byteCount &- place)
    return (
      ByteRange(start: block.start &+ place, count: head),
      ByteRange(start: block.start, count: min(length &- head, place))
    )
  }
}

#if !hasFeature(Embedded)
  extension BufferPool {
    /// What is wrong if `lent` and the free blocks do not tile the pool; nil if they do.
    func checkInvariants(lent: [Block]) -> String? {
      var blocks = lent.filter { !$0.isNone }
      let lentByteCount = blocks.reduce(0) { $0 + $1.byteCount }
      guard lentByteCount + freeByteCount == bytes.count else {
        return "\(lentByteCount) bytes lent, \(freeByteCount) free, not \(bytes.count) in all"
      }
      for size in 0..<first.count {
        var (before, unit) = (Int32(-1), first[size])
        while unit >= 0 {
          guard Int(order[Int(unit)]) == size, previous[Int(unit)] == before,
            blocks.count <= order.count
          else { return "the free block at unit \(unit) has wrong links" }
          blocks.append(Block(start: Int(unit) * BufferPool.smallest, byteCount: 1 << size))
          (before, unit) = (unit, next[Int(unit)])
        }
      }
      var end = 0
      for block in blocks.sorted(by: { $0.start < $1.start }) {
        guard block.start == end else { return "blocks overlap or miss bytes at \(end)" }
        end = block.start + block.byteCount
      }
      return end == bytes.count ? nil : "blocks end at \(end), not \(bytes.count)"
    }
  }
#endif
