// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA

/// A ring of 256 descriptors. Each belongs to the device or to us, by a bit in its status that is written last
/// and read first. The memory is uncached: every access is one of 32 bits.
struct DescriptorRing<Memory: DMAMemory> {
  static var size: Int { 256 }

  private let memory: Memory
  private let endBit: UInt32
  // Free-running: the next to fill, and the oldest that we have not taken back.
  private var tail: UInt32 = 0
  private var head: UInt32 = 0
  // Which of them is at the ring's beginning, and how many of the oldest a reset has made the device forget.
  private var base: UInt32 = 0
  private var forgotten: UInt32 = 0
  // What we put into the descriptors: the device's memory is not asked for it.
  private var addresses = InlineArray<256, UInt32>(repeating: 0)
  /// Whether anything was added since this was last set to false.
  var hasNews = false

  init(_ memory: Memory, endBit: UInt32) {
    self.memory = memory
    self.endBit = endBit
  }

  /// With nothing in it, whatever was.
  mutating func begin() {
    (tail, head, base, forgotten, hasNews) = (0, 0, 0, 0, false)
    clear()
  }

  private mutating func clear() {
    for offset in stride(from: 0, to: Self.size &* MACDescriptor.byteCount, by: 4) {
      memory.store32(0, at: offset)
    }
  }

  /// For a device that has been reset, and begins with the ring's first descriptor again: what it had is
  /// taken back, with status 0, and the next buffer is the first.
  mutating func abandon() {
    clear()
    base = tail
    forgotten = tail &- head
    hasNews = false
  }

  var hasRoom: Bool { mutating get { tail &- head < UInt32(truncatingIfNeeded: Self.size) } }

  /// Gives the device a buffer; only where there is room.
  mutating func add(_ address: UInt32, control: UInt32) {
    guard hasRoom else { return }
    let slot = Int((tail &- base) & 255)
    let offset = slot &* MACDescriptor.byteCount
    addresses[Int(tail & 255)] = address
    memory.store32(address, at: offset &+ 8)
    memory.store32(slot == 255 ? control | endBit : control, at: offset &+ 4)
    memory.orderStores()
    memory.store32(MACDescriptor.owned, at: offset)
    tail &+= 1
    hasNews = true
  }

  /// The oldest buffer that the device has given back, and its status; nil when there is none.
  mutating func take() -> (address: UInt32, status: UInt32)? {
    guard head != tail else { return nil }
    let address = addresses[Int(head & 255)]
    if forgotten > 0 {
      forgotten &-= 1
      head &+= 1
      return (address, 0)
    }
    let status = memory.load32(at: Int((head &- base) & 255) &* MACDescriptor.byteCount)
    guard status & MACDescriptor.owned == 0 else { return nil }
    memory.orderLoads()
    head &+= 1
    return (address, status)
  }
}
