// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA

/// A ring of 256 descriptors. A bit in the status of each says whether the device or the driver owns it; it is written
/// last and read first. The memory is uncached, and every access is one of 32 bits.
struct DescriptorRing<Memory: DMAMemory> {
  static var size: Int { 256 }

  private let memory: Memory
  private let endBit: UInt32
  // Free-running indices: the next descriptor to fill, and the oldest not reclaimed.
  private var tail: UInt32 = 0
  private var head: UInt32 = 0
  // The index that lies in the ring's first descriptor, and how many of the oldest buffers the device lost in a reset.
  private var base: UInt32 = 0
  private var forgotten: UInt32 = 0
  // Our own copy of the addresses, which the device cannot change.
  private var addresses = InlineArray<256, UInt32>(repeating: 0)
  /// Whether buffers were added since this was last set to false.
  var hasNews = false

  init(_ memory: Memory, endBit: UInt32) {
    self.memory = memory
    self.endBit = endBit
  }

  /// Empties the ring and clears its memory.
  mutating func empty() {
    (tail, head, base, forgotten, hasNews) = (0, 0, 0, 0, false)
    clear()
  }

  private mutating func clear() {
    for offset in stride(from: 0, to: Self.size &* MACDescriptor.byteCount, by: 4) {
      memory.store32(0, at: offset)
    }
  }

  /// Prepares the ring for a device that was reset and starts again at the first descriptor. `reclaim` returns the
  /// buffers that it had with status 0, and the next buffer added goes into the first descriptor.
  mutating func abandon() {
    clear()
    base = tail
    forgotten = tail &- head
    hasNews = false
  }

  var hasRoom: Bool { mutating get { tail &- head < UInt32(truncatingIfNeeded: Self.size) } }

  /// Gives the device a buffer; does nothing without room.
  mutating func add(_ address: UInt32, control: UInt32) {
    guard hasRoom else { return }
    let slot = Int((tail &- base) & 255)
    let offset = slot &* MACDescriptor.byteCount
    addresses[Int(tail & 255)] = address
    memory.store32(address, at: offset &+ 8)
    memory.store32(slot == 255 ? control | endBit : control, at: offset &+ 4)
    // Address and control before the ownership bit: the device may fetch the descriptor as soon as it owns it.
    memory.orderStores()
    memory.store32(MACDescriptor.owned, at: offset)
    tail &+= 1
    hasNews = true
  }

  /// The oldest buffer that the device has finished with, and its status; nil if there is none.
  mutating func reclaim() -> (address: UInt32, status: UInt32)? {
    guard head != tail else { return nil }
    let address = addresses[Int(head & 255)]
    if forgotten > 0 {
      forgotten &-= 1
      head &+= 1
      return (address, 0)
    }
    let status = memory.load32(at: Int((head &- base) & 255) &* MACDescriptor.byteCount)
    guard status & MACDescriptor.owned == 0 else { return nil }
    // Whatever is read of the frame must be read after the ownership bit.
    memory.orderLoads()
    head &+= 1
    return (address, status)
  }
}
