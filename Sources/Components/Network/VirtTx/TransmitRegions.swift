// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// The memory from which clients' frames are sent, and for each buffer whether the driver has it.
///
/// Holds up to 64 regions and 32,768 buffers in all, as many as the driver's queue can hold.
struct TransmitRegions<Memory: DMAMemory>: ~Copyable {
  struct ClientMemory {
    let memory: Memory
    /// Bus address of the first byte.
    let ioAddress: UInt64
    let bufferCount: Int
    /// The client, and in the lowest byte the client's number for the region.
    let name: Int
    /// Number of buffers in the regions before this one.
    let first: Int
  }

  private var regions: InlineArray<64, ClientMemory?>
  private var count = 0
  private var bufferCount = 0
  // A bit for each buffer: the driver has it.
  private var inFlight = InlineArray<512, UInt64>(repeating: 0)

  init() { regions = InlineArray { _ in nil } }

  /// Adds a region; false if the table is full or the memory is too small.
  mutating func add(
    _ memory: Memory, ioAddress: UInt64, bufferCount: Int, client: Int, owner: Int
  ) -> Bool {
    guard count < 64, bufferCount > 0, bufferCount <= 32768 &- self.bufferCount,
      memory.byteCount / NetBuffer.byteCount >= bufferCount
    else { return false }
    regions[count] = ClientMemory(
      memory: memory, ioAddress: ioAddress, bufferCount: bufferCount,
      name: client &<< 8 | owner & 0xff, first: self.bufferCount)
    count &+= 1
    self.bufferCount &+= bufferCount
    return true
  }

  /// Marks a client's buffer as the driver's, writes its frame back from the cache for the device to read, and returns
  /// the buffer's bus address. Nil if the client has no such buffer, the driver has it already, or the length is
  /// impossible.
  mutating func handToDriver(_ descriptor: NetDescriptor, client: Int) -> UInt64? {
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

  /// Takes a buffer back from the driver. Returns the client and the buffer's descriptor in the client's terms; nil if
  /// the driver has no such buffer.
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

  /// Number of the client's buffers that the driver has.
  mutating func inFlightCount(of client: Int) -> Int {
    var sum = 0
    for index in 0..<count {
      guard let region = regions[index & 63], region.name &>> 8 == client else { continue }
      for number in region.first..<region.first &+ region.bufferCount {
        let (word, bit) = place(number)
        if inFlight[word] & bit != 0 { sum &+= 1 }
      }
    }
    return sum
  }

  private mutating func place(_ number: Int) -> (word: Int, bit: UInt64) {
    (number &>> 6 & 511, 1 &<< UInt64(truncatingIfNeeded: number & 63))
  }
}

#if !hasFeature(Embedded)
  extension TransmitRegions {
    /// What is wrong with the regions or the bits of their buffers; nil if nothing is. For tests.
    func checkInvariants() -> String? {
      var first = 0
      for index in 0..<count {
        guard let region = regions[index] else { return "region \(index) is missing" }
        if region.first != first {
          return "region \(index) begins at \(region.first), not \(first)"
        }
        first += region.bufferCount
      }
      if first != bufferCount { return "\(first) buffers, counted as \(bufferCount)" }
      for number in bufferCount..<32768
      where inFlight[number / 64] & 1 << UInt64(number % 64) != 0 {
        return "buffer \(number) of \(bufferCount) is with the driver"
      }
      return nil
    }

    /// Number of buffers that the driver has. For tests.
    var inFlightCount: Int { (0..<512).reduce(0) { $0 + inFlight[$1].nonzeroBitCount } }
  }
#endif
