// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A split virtqueue, from the device's side (virtio 1.2, 2.7). Everything in it is the driver's word:
/// every address is looked up, every chain is bounded.
struct VirtQueue {
  static let largest = 256

  enum Fault: Error, Hashable {
    /// Not all of those bytes are in one DMA region.
    case outside(address: UInt64, count: Int)
    case indexOutside(Int)
    case chainTooLong
    case indirect
    /// A buffer that the device reads comes after one that it writes.
    case wrongOrder
    case tooManyAvailable(Int)
  }

  struct Segment {
    var address: UInt64
    var count: Int
    var pointer: UnsafeMutableRawPointer
    var isWritable: Bool
  }

  struct Chain {
    var head: UInt16
    var segments: [Segment]
  }

  var count: Int = 0
  var descriptors: UInt64 = 0
  var available: UInt64 = 0
  var used: UInt64 = 0
  var isReady = false
  private(set) var nextAvailable: UInt16 = 0
  private(set) var nextUsed: UInt16 = 0

  private func pointer(
    _ memory: PhysicalMemory, _ address: UInt64, _ count: Int
  ) throws(Fault) -> UnsafeMutableRawPointer {
    guard let pointer = memory.pointer(to: address, count: count) else {
      throw .outside(address: address, count: count)
    }
    return pointer
  }

  /// That its three parts are where a device can reach them.
  func check(_ memory: PhysicalMemory) throws(Fault) {
    _ = try pointer(memory, descriptors, 16 * count)
    _ = try pointer(memory, available, 6 + 2 * count)
    _ = try pointer(memory, used, 6 + 8 * count)
  }

  /// The next chain that the driver offers; nil if there is none.
  mutating func pop(_ memory: PhysicalMemory) throws(Fault) -> Chain? {
    guard isReady, count > 0 else { return nil }
    let ring = try pointer(memory, available, 6 + 2 * count)
    let index = UInt16(littleEndian: ring.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    let waiting = Int(index &- nextAvailable)
    if waiting == 0 { return nil }
    if waiting > count { throw .tooManyAvailable(waiting) }
    let slot = Int(nextAvailable) % count
    let head = UInt16(
      littleEndian: ring.loadUnaligned(fromByteOffset: 4 + 2 * slot, as: UInt16.self))
    nextAvailable &+= 1
    return Chain(head: head, segments: try segments(from: head, memory))
  }

  private func segments(
    from head: UInt16, _ memory: PhysicalMemory
  ) throws(Fault) -> [Segment] {
    let table = try pointer(memory, descriptors, 16 * count)
    var segments: [Segment] = []
    var index = Int(head)
    while true {
      guard index < count else { throw .indexOutside(index) }
      if segments.count == count { throw .chainTooLong }
      let base = 16 * index
      let address = UInt64(
        littleEndian: table.loadUnaligned(fromByteOffset: base, as: UInt64.self))
      let length = Int(
        UInt32(littleEndian: table.loadUnaligned(fromByteOffset: base + 8, as: UInt32.self)))
      let flags = UInt16(
        littleEndian: table.loadUnaligned(fromByteOffset: base + 12, as: UInt16.self))
      if flags & 4 != 0 { throw .indirect }
      let isWritable = flags & 2 != 0
      if !isWritable, segments.last?.isWritable == true { throw .wrongOrder }
      segments.append(
        Segment(
          address: address, count: length, pointer: try pointer(memory, address, length),
          isWritable: isWritable))
      guard flags & 1 != 0 else { return segments }
      index = Int(
        UInt16(littleEndian: table.loadUnaligned(fromByteOffset: base + 14, as: UInt16.self)))
    }
  }

  /// Gives a chain back.
  ///
  /// - Parameter written: bytes that the device wrote into it.
  mutating func push(
    _ head: UInt16, written: Int, _ memory: PhysicalMemory
  ) throws(Fault) {
    let ring = try pointer(memory, used, 6 + 8 * count)
    let slot = 4 + 8 * (Int(nextUsed) % count)
    ring.storeBytes(of: UInt32(head).littleEndian, toByteOffset: slot, as: UInt32.self)
    ring.storeBytes(
      of: UInt32(truncatingIfNeeded: written).littleEndian, toByteOffset: slot + 4, as: UInt32.self)
    nextUsed &+= 1
    ring.storeBytes(of: nextUsed.littleEndian, toByteOffset: 2, as: UInt16.self)
  }

  /// Whether the driver wants to be told of what comes back.
  func wantsInterrupt(_ memory: PhysicalMemory) -> Bool {
    guard let ring = memory.pointer(to: available, count: 2) else { return true }
    return UInt16(littleEndian: ring.loadUnaligned(as: UInt16.self)) & 1 == 0
  }
}
