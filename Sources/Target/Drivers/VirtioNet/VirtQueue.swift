// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA

/// A split virtqueue (Virtual I/O Device 1.2, 2.7) for buffers with a header each: descriptors come in fixed
/// pairs, the header's and the buffer's.
struct VirtQueue<Memory: DMAMemory> {
  private let memory: Memory
  private let base: Int
  /// Descriptors; a power of two, 2 to 512.
  let size: Int
  private let writable: Bool

  // Pairs that the device does not have, as a stack.
  private var idle = InlineArray<256, UInt8>(repeating: 0)
  private var idleCount: Int
  private var availableIndex: UInt16 = 0
  private var usedIndex: UInt16 = 0
  private var published: UInt16 = 0

  static func alignedUp(_ count: Int, _ alignment: Int) -> Int {
    (count &+ alignment &- 1) / alignment &* alignment
  }
  // Where the parts are: descriptors of 16 bytes, then the available ring, then the used ring.
  var availableOffset: Int { base &+ 16 &* size }
  var usedOffset: Int { availableOffset &+ Self.alignedUp(6 &+ 2 &* size, 4) }
  var descriptorsOffset: Int { base }

  /// Bytes that a queue of `size` descriptors takes.
  static func byteCount(_ size: Int) -> Int {
    alignedUp(16 &* size &+ alignedUp(6 &+ 2 &* size, 4) &+ 6 &+ 8 &* size, 16)
  }

  private static var next: UInt16 { 1 }
  private static var write: UInt16 { 2 }

  /// An empty queue at `base`, a multiple of 16, of `memory`.
  ///
  /// - Parameters:
  ///   - writable: whether the device writes the buffers.
  ///   - header: for the number of a pair, the address of its header as the device has it.
  init(
    _ memory: Memory, at base: Int, size: Int, writable: Bool, headerByteCount: Int,
    header: (Int) -> UInt64
  ) {
    self.memory = memory
    self.base = base
    self.size = size
    self.writable = writable
    idleCount = size / 2
    // What was there before a restart, or before us, must not be taken for ours.
    for offset in stride(from: base, to: base &+ Self.byteCount(size), by: 8) {
      memory.store64(0, at: offset)
    }
    for pair in 0..<size / 2 {
      idle[pair] = UInt8(truncatingIfNeeded: pair)
      let descriptor = base &+ 32 &* pair
      let flags = writable ? Self.write : 0
      memory.store64(header(pair), at: descriptor)
      memory.store32(UInt32(truncatingIfNeeded: headerByteCount), at: descriptor &+ 8)
      memory.store16(Self.next | flags, at: descriptor &+ 12)
      memory.store16(UInt16(truncatingIfNeeded: 2 &* pair &+ 1), at: descriptor &+ 14)
      memory.store16(flags, at: descriptor &+ 28)
    }
  }

  var hasRoom: Bool { idleCount > 0 }
  /// Whether anything has been added that the device has not been told of.
  var hasNews: Bool { availableIndex != published }

  /// Adds a buffer; only where there is room.
  mutating func add(_ address: UInt64, length: Int) {
    guard idleCount > 0 else { return }
    idleCount &-= 1
    let pair = Int(idle[idleCount & 255])
    let descriptor = base &+ 32 &* pair &+ 16
    memory.store64(address, at: descriptor)
    memory.store32(UInt32(truncatingIfNeeded: length), at: descriptor &+ 8)
    let slot = Int(availableIndex) & (size &- 1)
    memory.store16(
      UInt16(truncatingIfNeeded: 2 &* pair), at: availableOffset &+ 4 &+ 2 &* slot)
    availableIndex &+= 1
  }

  /// Shows the device what has been added.
  mutating func publish() {
    // Descriptors and ring before the index (2.7.13.3.1), and the index before we look at what the device
    // wants (2.7.13.4.1).
    memory.orderStores()
    memory.store16(availableIndex, at: availableOffset &+ 2)
    memory.orderAll()
    published = availableIndex
  }

  /// Whether the device wants to be told of what was published.
  var wantsNotification: Bool { memory.load16(at: usedOffset) & 1 == 0 }

  /// The next buffer that the device is done with, and how many bytes it wrote, header included; nil when
  /// there is none. What the device says of itself is checked: an answer that cannot be is skipped.
  mutating func take() -> (address: UInt64, written: Int)? {
    while usedIndex != memory.load16(at: usedOffset &+ 2) {
      memory.orderLoads()
      let entry = usedOffset &+ 4 &+ 8 &* (Int(usedIndex) & (size &- 1))
      let head = memory.load32(at: entry)
      let written = memory.load32(at: entry &+ 4)
      usedIndex &+= 1
      guard head & 1 == 0, head < UInt32(truncatingIfNeeded: size), idleCount < size / 2 else {
        continue
      }
      let pair = Int(head / 2)
      idle[idleCount & 255] = UInt8(truncatingIfNeeded: pair)
      idleCount &+= 1
      return (memory.load64(at: base &+ 32 &* pair &+ 16), Int(written))
    }
    return nil
  }

  /// Whether the device may interrupt for what it is done with; it may do so all the same (2.7.7).
  func setInterrupt(_ on: Bool) {
    memory.store16(on ? 0 : 1, at: availableOffset)
    if on { memory.orderAll() }
  }
}
