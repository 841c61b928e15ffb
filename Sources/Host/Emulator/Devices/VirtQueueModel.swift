// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The device's side of a split virtqueue (virtio 1.2, 2.7); the driver's side is in VirtioNet. It trusts
/// nothing in memory: each address is looked up and each chain is bounded.
struct VirtQueueModel {
  /// The most entries of a queue.
  static let largest = 256

  /// A driver's breach of the specification.
  enum Violation: Error, Hashable {
    /// Some of those bytes are not in one DMA region.
    case outside(address: UInt64, count: Int)
    case indexOutside(Int)
    case chainTooLong
    case indirect
    /// A device-readable buffer follows a device-writable one.
    case wrongOrder
    case tooManyAvailable(Int)
  }

  /// A buffer of a chain.
  struct Segment {
    /// Physical address.
    var address: UInt64
    /// Bytes.
    var count: Int
    var pointer: UnsafeMutableRawPointer
    /// Whether the device writes it, rather than reads it.
    var isWritable: Bool
  }

  struct Chain {
    /// The index of its first descriptor.
    var head: UInt16
    var segments: [Segment]
  }

  /// Entries of each of its three parts.
  var count: Int = 0
  /// Physical addresses of the descriptor table, the available ring and the used ring.
  var descriptors: UInt64 = 0
  var available: UInt64 = 0
  var used: UInt64 = 0
  var isReady = false
  /// Indices of the two rings, counting all entries modulo 2^16.
  private(set) var nextAvailable: UInt16 = 0
  private(set) var nextUsed: UInt16 = 0

  private func pointer(
    _ memory: PhysicalMemory, _ address: UInt64, _ count: Int
  ) throws(Violation) -> UnsafeMutableRawPointer {
    guard let pointer = memory.pointer(to: address, count: count) else {
      throw .outside(address: address, count: count)
    }
    return pointer
  }

  /// Checks that its three parts are in DMA regions.
  func check(_ memory: PhysicalMemory) throws(Violation) {
    _ = try pointer(memory, descriptors, 16 * count)
    _ = try pointer(memory, available, 6 + 2 * count)
    _ = try pointer(memory, used, 6 + 8 * count)
  }

  /// The next available chain; nil if there is none.
  mutating func popAvailable(_ memory: PhysicalMemory) throws(Violation) -> Chain? {
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
  ) throws(Violation) -> [Segment] {
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

  /// Returns a chain to the driver in the used ring.
  ///
  /// - Parameter written: bytes that the device wrote to the chain.
  mutating func pushUsed(
    _ head: UInt16, written: Int, _ memory: PhysicalMemory
  ) throws(Violation) {
    let ring = try pointer(memory, used, 6 + 8 * count)
    let slot = 4 + 8 * (Int(nextUsed) % count)
    ring.storeBytes(of: UInt32(head).littleEndian, toByteOffset: slot, as: UInt32.self)
    ring.storeBytes(
      of: UInt32(truncatingIfNeeded: written).littleEndian, toByteOffset: slot + 4, as: UInt32.self)
    nextUsed &+= 1
    ring.storeBytes(of: nextUsed.littleEndian, toByteOffset: 2, as: UInt16.self)
  }

  /// Whether the driver wants interrupts for used chains (VRING_AVAIL_F_NO_INTERRUPT is clear).
  func wantsInterrupt(_ memory: PhysicalMemory) -> Bool {
    guard let ring = memory.pointer(to: available, count: 2) else { return true }
    return UInt16(littleEndian: ring.loadUnaligned(as: UInt16.self)) & 1 == 0
  }

  /// Nil, or what is wrong with the queue's own state.
  func checkInvariants() -> String? {
    guard isReady else { return nil }
    guard 1...Self.largest ~= count else { return "a queue of \(count) entries" }
    let held = Int(nextAvailable &- nextUsed)
    return held <= count ? nil : "the device holds \(held) of \(count) chains"
  }
}

extension VirtQueueModel.Violation {
  /// For reports.
  var text: String {
    switch self {
    case .outside(let address, let count):
      "\(count) bytes at physical address \(hex(address)) are not in a DMA region"
    case .indexOutside(let index): "descriptor \(index) is outside its table"
    case .chainTooLong: "a chain of descriptors does not end"
    case .indirect: "a descriptor is indirect, which was not negotiated"
    case .wrongOrder: "a device-readable buffer follows a device-writable one"
    case .tooManyAvailable(let count): "\(count) chains are available, more than the queue holds"
    }
  }
}
