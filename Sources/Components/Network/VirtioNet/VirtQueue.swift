// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA

/// A split virtqueue (Virtual I/O Device 1.2, 2.7) whose buffers each have a header. Descriptors form fixed pairs:
/// one for the header, one for the buffer.
struct VirtQueue<Memory: DMAMemory> {
  private let memory: Memory
  private let base: Int
  /// Number of descriptors: a power of two, 2 to 512.
  let size: Int
  let availableOffset: Int
  let usedOffset: Int
  private let writable: Bool

  // A stack of the pairs that we own, and for each pair whether the device owns it.
  private var idle = InlineArray<256, UInt8>(repeating: 0)
  private var isOut = InlineArray<256, Bool>(repeating: false)
  private var idleCount: Int
  private var availableIndex: UInt16 = 0
  private var published: UInt16 = 0
  private var usedIndex: UInt16 = 0
  // The device's index when last read.
  private var usedEnd: UInt16 = 0

  private static func alignedUp(_ count: Int, _ alignment: Int) -> Int {
    (count &+ alignment &- 1) / alignment &* alignment
  }

  var descriptorsOffset: Int { base }

  // Offset from the descriptor table, behind which the available ring lies. The used ring is placed so that its
  // entries, which begin 4 bytes into it, are aligned to 8: one load reads an entry.
  private static func usedOffset(_ size: Int) -> Int {
    16 &* size &+ alignedUp(10 &+ 2 &* size, 8) &- 4
  }

  /// Size in bytes of a queue of `size` descriptors.
  static func byteCount(_ size: Int) -> Int {
    alignedUp(usedOffset(size) &+ 6 &+ 8 &* size, 16)
  }

  private static var next: UInt64 { 1 << 32 }
  private static var write: UInt64 { 2 << 32 }

  /// An empty queue at `base`, a multiple of 16, of `memory`.
  ///
  /// - Parameters:
  ///   - writable: whether the device writes to the buffers.
  ///   - header: bus address of the first pair's header.
  ///   - headerStride: bytes from one pair's header to the next; 0 if all pairs share one.
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
    // Clear flags and indices: the memory may hold those of an earlier run.
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
  /// Whether buffers were added since the last `publish`.
  var hasNews: Bool { mutating get { availableIndex != published } }

  /// Adds a buffer; does nothing without room. The device sees it after `publish`.
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

  /// Shows the device the buffers added.
  @inline(__always) mutating func publish() {
    // The device must see descriptors and ring entries before the index that covers them (2.7.13.3.1). And the index
    // must be visible before we read the device's flag (2.7.13.4.1): otherwise the device could set the flag after
    // we read it, miss the new index and wait for a notification that never comes.
    memory.orderStores()
    memory.store16(availableIndex, at: availableOffset &+ 2)
    memory.orderAll()
    published = availableIndex
  }

  /// Whether the device wants to be notified of published buffers (VIRTQ_USED_F_NO_NOTIFY is clear, 2.7.10).
  var wantsNotification: Bool { mutating get { memory.load16(at: usedOffset) & 1 == 0 } }

  /// The next used buffer and the number of bytes that the device wrote, header included; nil if there is none.
  ///
  /// The device is not trusted: entries for chains that it does not own are skipped, at most one ring of them per
  /// call, so that a faulty device cannot keep us here.
  mutating func takeUsed() -> (address: UInt64, written: Int)? {
    for _ in 0..<size {
      if usedIndex == usedEnd {
        usedEnd = memory.load16(at: usedOffset &+ 2)
        if usedIndex == usedEnd { return nil }
        // The entries must be read after the index that covers them (2.7.14).
        memory.orderLoads()
      }
      // Head of the chain in the low half, bytes written in the high half.
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

  /// Asks the device to interrupt for used buffers, or not to. It may interrupt in either case (2.7.7). After turning
  /// interrupts on, the full barrier orders the flag before our next load of the device's index: the device stores its
  /// index first and reads the flag second, so either it sees the flag or we see the buffer.
  mutating func setInterrupt(_ on: Bool) {
    memory.store16(on ? 0 : 1, at: availableOffset)
    if on { memory.orderAll() }
  }
}
