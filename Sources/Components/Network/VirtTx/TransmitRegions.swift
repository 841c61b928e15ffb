// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// The memory that clients' frames are sent from, and which of its buffers the driver has now.
///
/// At most 64 regions and 32,768 buffers in all, which is what the driver's queue can hold.
struct TransmitRegions<Memory: DMAMemory>: ~Copyable {
  struct Region {
    let memory: Memory
    /// Address of the first byte as the device has it.
    let ioAddress: UInt64
    let bufferCount: Int
    /// The client, and in the lowest byte its own number for the region.
    let name: Int
    /// Buffers of the regions before it.
    let first: Int
  }

  private var regions: InlineArray<64, Region?>
  private var count = 0
  private var bufferCount = 0
  private var inFlight = InlineArray<512, UInt64>(repeating: 0)

  init() { regions = InlineArray { _ in nil } }

  /// False where there is no place left, or the memory is too short.
  mutating func add(
    _ memory: Memory, ioAddress: UInt64, bufferCount: Int, client: Int, owner: Int
  ) -> Bool {
    guard count < 64, bufferCount > 0, bufferCount <= 32768 &- self.bufferCount,
      memory.byteCount / NetBuffer.byteCount >= bufferCount
    else { return false }
    regions[count] = Region(
      memory: memory, ioAddress: ioAddress, bufferCount: bufferCount,
      name: client &<< 8 | owner & 0xff, first: self.bufferCount)
    count &+= 1
    self.bufferCount &+= bufferCount
    return true
  }

  /// Hands a client's buffer over to the driver, cleans the caches of its frame, and says at what address the
  /// device has it. Nil where the client has no such buffer, the driver has it already, or the length is impossible.
  mutating func take(_ descriptor: NetDescriptor, client: Int) -> UInt64? {
    let (name, length) = (client &<< 8 | Int(descriptor.owner), Int(descriptor.length))
    guard length > 0, length <= NetBuffer.byteCount else { return nil }
    for index in 0..<count {
      guard let region = regions[index & 63], region.name == name else { continue }
      guard let buffer = NetBuffer.index(at: descriptor.address, of: region.bufferCount) else {
        break
      }
      let (word, bit) = place(region.first &+ buffer)
      guard inFlight[word] & bit == 0 else { return nil }
      inFlight[word] |= bit
      region.memory.clean(buffer &* NetBuffer.byteCount, count: length)
      return region.ioAddress &+ descriptor.address
    }
    return nil
  }

  /// Takes a buffer back that the driver has: whose it is, and how its client calls it. Nil where the driver
  /// has no such buffer.
  mutating func release(_ ioAddress: UInt64) -> (client: Int, descriptor: NetDescriptor)? {
    for index in 0..<count {
      guard let region = regions[index & 63],
        let buffer = NetBuffer.index(at: ioAddress &- region.ioAddress, of: region.bufferCount)
      else { continue }
      let (word, bit) = place(region.first &+ buffer)
      guard inFlight[word] & bit != 0 else { break }
      inFlight[word] &= ~bit
      let back = NetDescriptor(
        address: ioAddress &- region.ioAddress, owner: UInt8(truncatingIfNeeded: region.name))
      return (region.name &>> 8, back)
    }
    return nil
  }

  private mutating func place(_ number: Int) -> (word: Int, bit: UInt64) {
    (number &>> 6 & 511, 1 &<< UInt64(truncatingIfNeeded: number & 63))
  }
}
