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
  let availableOffset: Int
  let usedOffset: Int
  private let writable: Bool

  // Pairs that the device does not have, as a stack; and which it has.
  private var idle = InlineArray<256, UInt8>(repeating: 0)
  private var isOut = InlineArray<256, Bool>(repeating: false)
  private var idleCount: Int
  private var availableIndex: UInt16 = 0
  private var published: UInt16 = 0
  private var usedIndex: UInt16 = 0
  // The device's index at the last look.
  private var usedEnd: UInt16 = 0

  private static func alignedUp(_ count: Int, _ alignment: Int) -> Int {
    (count &+ alignment &- 1) / alignment &* alignment
  }

  var descriptorsOffset: Int { base }

  // Descriptors of 16 bytes, then the available ring, then the used ring, whose entries are aligned to 8.
  private static func usedOffset(_ size: Int) -> Int {
    16 &* size &+ alignedUp(10 &+ 2 &* size, 8) &- 4
  }

  /// Bytes that a queue of `size` descriptors takes.
  static func byteCount(_ size: Int) -> Int {
    alignedUp(usedOffset(size) &+ 6 &+ 8 &* size, 16)
  }

  private static var next: UInt64 { 1 << 32 }
  private static var write: UInt64 { 2 << 32 }

  /// An empty queue at `base`, a multiple of 16, of `memory`.
  ///
  /// - Parameters:
  ///   - writable: whether the device writes the buffers.
  ///   - header: where the first pair's header is as the device has it.
  ///   - headerStride: bytes from one pair's header to the next; 0 where all have the same.
  init(
    _ memory: Memory, at base: Int, size: Int, writable: Bool, headerByteCount: Int,
    header: UInt64, headerStride: UInt64
  ) {
    self.memory = memory
    self.base = base
    self.size = size
    self.writable = writable
    availableOffset = base &+ 16 &* size
    usedOffset = base &+ Self.usedOffset(size)
    idleCount = size / 2
    // What was there before a restart, or before us, must not be taken for ours.
    memory.store32(0, at: availableOffset)
    memory.store32(0, at: usedOffset)
    let flags =
      Self.next | (writable ? Self.write : 0) | UInt64(truncatingIfNeeded: headerByteCount)
    var address = header
    for pair in 0..<size / 2 {
      idle[pair & 255] = UInt8(truncatingIfNeeded: pair)
      let descriptor = base &+ 32 &* pair
      memory.store64(address, at: descriptor)
      memory.store64(
        flags | UInt64(truncatingIfNeeded: 2 &* pair &+ 1) &<< 48, at: descriptor &+ 8)
      address &+= headerStride
    }
  }

  var hasRoom: Bool { mutating get { idleCount > 0 } }
  /// Whether anything has been added that the device has not been told of.
  var hasNews: Bool { mutating get { availableIndex != published } }

  /// Adds a buffer; only where there is room.
  mutating func add(_ address: UInt64, length: Int) {
    guard idleCount > 0 else { return }
    idleCount &-= 1
    let pair = Int(idle[idleCount & 255])
    let descriptor = base &+ 32 &* pair &+ 16
    isOut[pair & 255] = true
    memory.store64(address, at: descriptor)
    memory.store64(
      (writable ? Self.write : 0) | UInt64(truncatingIfNeeded: length & 0xffff),
      at: descriptor &+ 8)
    let slot = Int(availableIndex) & (size &- 1)
    memory.store16(
      UInt16(truncatingIfNeeded: 2 &* pair), at: availableOffset &+ 4 &+ 2 &* slot)
    availableIndex &+= 1
  }

  /// Shows the device what has been added.
  @inline(__always) mutating func publish() {
    // Descriptors and ring before the index (2.7.13.3.1), and the index before we look at what the device
    // wants (2.7.13.4.1).
    memory.orderStores()
    memory.store16(availableIndex, at: availableOffset &+ 2)
    memory.orderAll()
    published = availableIndex
  }

  /// Whether the device wants to be told of what was published.
  var wantsNotification: Bool { mutating get { memory.load16(at: usedOffset) & 1 == 0 } }

  /// The next buffer that the device is done with, and how many bytes it wrote, header included; nil when
  /// there is none. What the device says of itself is checked: a chain that it does not have is skipped, and of
  /// those as many as there can be in a ring before others have their turn.
  mutating func take() -> (address: UInt64, written: Int)? {
    for _ in 0..<size {
      if usedIndex == usedEnd {
        usedEnd = memory.load16(at: usedOffset &+ 2)
        if usedIndex == usedEnd { return nil }
        memory.orderLoads()
      }
      // The head of the chain, and the bytes written.
      let entry = memory.load64(at: usedOffset &+ 4 &+ 8 &* (Int(usedIndex) & (size &- 1)))
      let head = Int(entry & 0xffff_ffff)
      usedIndex &+= 1
      guard head & 1 == 0, head < size, isOut[head / 2 & 255] else { continue }
      isOut[head / 2 & 255] = false
      idle[idleCount & 255] = UInt8(truncatingIfNeeded: head / 2)
      idleCount &+= 1
      return (memory.load64(at: base &+ 16 &* head &+ 16), Int(entry &>> 32))
    }
    return nil
  }

  /// Whether the device may interrupt for what it is done with; it may do so all the same (2.7.7).
  mutating func setInterrupt(_ on: Bool) {
    memory.store16(on ? 0 : 1, at: availableOffset)
    if on { memory.orderAll() }
  }
}
