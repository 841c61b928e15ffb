// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A queue in shared memory, seen from neither side yet: `RingProducer` and `RingConsumer` take
/// one.
///
/// Safety: the initialisers are the only way to get one. They check that header and slots lie
/// inside the regions and are aligned; `slot(_:)` cannot leave the slots for any index. So nothing
/// that a peer writes into the memory leads out of it. It may change threads: every access is one
/// that C calls atomic.
@safe public struct Ring<Format: RingFormat>: @unchecked Sendable {
  // Safety: see the type.
  private let header: UnsafeMutableRawPointer
  private let slots: UnsafeMutableRawPointer
  /// Number of slots.
  let capacity: Format.Index

  private init?(
    header: UnsafeMutableRawPointer, headerRoom: Int, slots: UnsafeMutableRawPointer,
    slotsRoom: Int, capacity: Int
  ) {
    guard
      capacity > 0, let count = Format.Index(exactly: capacity),
      headerRoom >= Format.headerByteCount, slotsRoom / Format.Element.stride >= capacity,
      UInt(bitPattern: header) % 8 == 0,
      UInt(bitPattern: slots) % UInt(Format.Element.alignment) == 0
    else { return nil }
    unsafe self.header = header
    unsafe self.slots = slots
    self.capacity = count
  }
}

extension Ring where Format == NetQueue {
  /// A network queue of `capacity` descriptors: a power of two up to 32768, so that a 16-bit index
  /// wraps on a slot boundary. Nil for any other, or where the region is too short or not aligned
  /// to 8 bytes.
  public init?(queue: SharedRegion, capacity: Int) {
    guard capacity > 0, capacity & (capacity - 1) == 0, queue.byteCount >= 8 else { return nil }
    unsafe self.init(
      header: queue.start, headerRoom: queue.byteCount, slots: queue.start + 8,
      slotsRoom: queue.byteCount - 8, capacity: capacity)
  }
}

extension Ring where Format == SerialQueue {
  /// A serial queue whose bytes are in `data`; the size of `data` is the capacity. Nil unless that
  /// is a power of two up to 2^31, and where `queue` is too short or not aligned to 8 bytes.
  public init?(queue: SharedRegion, data: SharedRegion) {
    let capacity = data.byteCount
    guard capacity > 0, capacity & (capacity - 1) == 0 else { return nil }
    unsafe self.init(
      header: queue.start, headerRoom: queue.byteCount, slots: data.start,
      slotsRoom: data.byteCount, capacity: capacity)
  }
}

extension Ring where Format == FileQueue {
  /// A file queue: 64 bytes and 511 messages, 32768 bytes in all. Nil where the region is shorter
  /// or not aligned to 8 bytes.
  public init?(queue: SharedRegion) {
    guard queue.byteCount >= 64 else { return nil }
    unsafe self.init(
      header: queue.start, headerRoom: queue.byteCount, slots: queue.start + 64,
      slotsRoom: queue.byteCount - 64, capacity: FileQueue.capacity)
  }
}

// Safety of the accesses: offsets are constants inside the header that the initialiser checked.
extension Ring {
  func loadTail() -> Format.Index { unsafe .loadAcquire(header + Format.tailOffset) }
  func loadHead() -> Format.Index { unsafe .loadAcquire(header + Format.headOffset) }
  func storeTail(_ index: Format.Index) {
    unsafe Format.Index.storeRelease(index, at: header + Format.tailOffset)
  }
  func storeHead(_ index: Format.Index) {
    unsafe Format.Index.storeRelease(index, at: header + Format.headOffset)
  }

  /// What is in the slot of `index`.
  func load(_ index: Format.Index) -> Format.Element { unsafe .load(from: slot(index)) }
  func store(_ element: Format.Element, at index: Format.Index) {
    unsafe element.store(to: slot(index))
  }

  // Safety: a slot is below the capacity for every index, and the slots are inside their region.
  private func slot(_ index: Format.Index) -> UnsafeMutableRawPointer {
    let number = Format.slot(of: index, capacity: capacity)
    return unsafe slots + Int(truncatingIfNeeded: number) &* Format.Element.stride
  }

  func signal(at offset: Int) -> SignalFlag { unsafe SignalFlag(header + offset) }
}

/// The word by which one side asks the other for a notification: 0 asks, as a queue of zeroes does.
@safe struct SignalFlag {
  // Safety: inside the header of the ring that made it.
  private let word: UnsafeMutableRawPointer

  @unsafe init(_ word: UnsafeMutableRawPointer) { unsafe self.word = word }

  /// Asks. The fence puts the asking before any later look at the peer's index; with the fence in
  /// `take` one of the two sides then sees what the other did (sDDF docs/developing.md, and the
  /// model Tests/Models/signalling.pml).
  func request() {
    unsafe cmemory_store_32(word, 0)
    cmemory_fence()
  }

  /// Takes back what `request` asked.
  func cancel() { unsafe cmemory_store_32(word, 1) }

  /// Whether the other side asks.
  var isRequested: Bool { unsafe cmemory_load_32(word) == 0 }

  /// Whether the other side asked; if so the request is taken and has to be answered.
  func take() -> Bool {
    cmemory_fence()
    guard unsafe cmemory_load_32(word) == 0 else { return false }
    unsafe cmemory_store_32(word, 1)
    return true
  }
}
