// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA

/// The memory that clients' frames are sent from, and which of its buffers the driver has now.
///
/// At most 64 regions and 32,768 buffers in all, which is what the driver's queue can hold.
struct TransmitRegions<Memory: DMAMemory> {
  struct Region {
    let memory: Memory
    /// Address of the first byte as the device has it.
    let ioAddress: UInt64
    let bufferCount: Int
    let client: UInt8
    /// The client's own number for it.
    let owner: UInt8
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
      client: UInt8(truncatingIfNeeded: client), owner: UInt8(truncatingIfNeeded: owner),
      first: self.bufferCount)
    count &+= 1
    self.bufferCount &+= bufferCount
    return true
  }

  /// The region of `client` that it calls `owner`.
  func find(client: Int, owner: UInt8) -> Region? {
    for index in 0..<count {
      if let region = regions[index], Int(region.client) == client, region.owner == owner {
        return region
      }
    }
    return nil
  }

  /// The region with a buffer at `address`, and which one it is.
  func find(ioAddress: UInt64) -> (region: Region, buffer: Int)? {
    for index in 0..<count {
      if let region = regions[index],
        let buffer = NetBuffer.index(at: ioAddress &- region.ioAddress, of: region.bufferCount)
      {
        return (region, buffer)
      }
    }
    return nil
  }

  /// Notes that the driver has a buffer; false where it has it already.
  mutating func take(_ region: Region, _ buffer: Int) -> Bool {
    let (word, bit) = place(region, buffer)
    guard inFlight[word] & bit == 0 else { return false }
    inFlight[word] |= bit
    return true
  }

  /// Notes that the driver no longer has a buffer; false where it did not.
  mutating func release(_ region: Region, _ buffer: Int) -> Bool {
    let (word, bit) = place(region, buffer)
    guard inFlight[word] & bit != 0 else { return false }
    inFlight[word] &= ~bit
    return true
  }

  private func place(_ region: Region, _ buffer: Int) -> (word: Int, bit: UInt64) {
    let number = region.first &+ buffer
    return (number &>> 6 & 511, 1 &<< UInt64(truncatingIfNeeded: number & 63))
  }
}
