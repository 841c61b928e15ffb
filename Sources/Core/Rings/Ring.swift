// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A queue in shared memory, before a side is chosen: `RingProducer` or `RingConsumer`.
///
/// Safety: only the initialisers make one. They check that header and slots lie inside the regions
/// and are aligned, and `slot(_:)` stays inside the slots for every index. Nothing that a peer writes
/// can therefore lead an access outside the regions. A ring is `Sendable` because every access to the
/// memory is atomic in the sense of C11.
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
  /// A network queue of `capacity` descriptors. The capacity must be a power of two up to 32,768, so
  /// that a 16-bit index wraps on a slot boundary; nil if it is not, or if the region is too short or
  /// not aligned to 8 bytes.
  public init?(queue: SharedRegion, capacity: Int) {
    guard capacity > 0, capacity & (capacity - 1) == 0, queue.byteCount >= 8 else { return nil }
    unsafe self.init(
      header: queue.start, headerRoom: queue.byteCount, slots: queue.start + 8,
      slotsRoom: queue.byteCount - 8, capacity: capacity)
  }
}

extension Ring where Format == SerialQueue {
  /// A serial queue whose bytes lie in `data`, which is as large as the capacity. Nil unless that is a
  /// power of two up to 2^31, and if `queue` is too short or not aligned to 8 bytes.
  public init?(queue: SharedRegion, data: SharedRegion) {
    let capacity = data.byteCount
    guard capacity > 0, capacity & (capacity - 1) == 0 else { return nil }
    unsafe self.init(
      header: queue.start, headerRoom: queue.byteCount, slots: data.start,
      slotsRoom: data.byteCount, capacity: capacity)
  }
}

extension Ring where Format == FileQueue {
  /// A file queue: a header of 64 bytes and 511 messages, 32,768 bytes in all. Nil if the region is
  /// shorter, or not aligned to 8 bytes.
  public init?(queue: SharedRegion) {
    guard queue.byteCount >= 64 else { return nil }
    unsafe self.init(
      header: queue.start, headerRoom: queue.byteCount, slots: queue.start + 64,
      slotsRoom: queue.byteCount - 64, capacity: FileQueue.capacity)
  }
}

// Safety: each offset is a constant inside the header, whose size the initialiser checked.
//
// Loading the peer's index acquires, and storing our own releases: element accesses stay after the
// load that showed the elements, and before the store that hands their slots over.
extension Ring {
  func loadTail() -> Format.Index { unsafe .loadAcquire(header + Format.tailOffset) }
  func loadHead() -> Format.Index { unsafe .loadAcquire(header + Format.headOffset) }
  func storeTail(_ index: Format.Index) {
    unsafe Format.Index.storeRelease(index, at: header + Format.tailOffset)
  }
  func storeHead(_ index: Format.Index) {
    unsafe Format.Index.storeRelease(index, at: header + Format.headOffset)
  }

  /// Empties the queue and sets both indices to 0. Neither end may use it meanwhile, and both must be made again afterwards.
  public func reset() {
    storeTail(0)
    storeHead(0)
  }

  /// A snapshot of the slot of `index`.
  func load(_ index: Format.Index) -> Format.Element { unsafe .load(from: slot(index)) }
  func store(_ element: Format.Element, at index: Format.Index) {
    unsafe element.store(to: slot(index))
  }

  // Safety: the slot number is below the capacity for every index, and all slots lie inside the region.
  private func slot(_ index: Format.Index) -> UnsafeMutableRawPointer {
    let number = Format.slot(of: index, capacity: capacity)
    return unsafe slots + Int(truncatingIfNeeded: number) &* Format.Element.stride
  }

  func signal(at offset: Int) -> SignalFlag { unsafe SignalFlag(header + offset) }
}

extension Ring where Format == SerialQueue {
  /// Writes bytes to the slots from `index` on, no more than the capacity.
  func store(_ bytes: Span<UInt8>, at index: UInt32) {
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      var done = 0
      while done < source.count {
        let target = index &+ UInt32(truncatingIfNeeded: done)
        let count = min(source.count &- done, straight(target))
        // Safety: so many bytes are left in `bytes`, and so many slots behind the first one.
        unsafe slot(target).copyMemory(from: start + done, byteCount: count)
        done &+= count
      }
    }
  }

  /// Copies bytes of another ring, from `source` on, to the slots from `target` on.
  func copy(_ count: Int, of other: Self, from source: UInt32, to target: UInt32) {
    var done = 0
    while done < count {
      let from = source &+ UInt32(truncatingIfNeeded: done)
      let to = target &+ UInt32(truncatingIfNeeded: done)
      let piece = min(count &- done, min(other.straight(from), straight(to)))
      // Safety: so many slots are behind the first one in either ring.
      unsafe slot(to).copyMemory(from: other.slot(from), byteCount: piece)
      done &+= piece
    }
  }

  /// Slots from that of `index` to the last one.
  private func straight(_ index: UInt32) -> Int {
    Int(truncatingIfNeeded: capacity &- SerialQueue.slot(of: index, capacity: capacity))
  }
}

extension Ring where Format: ConsumerSignalled {
  /// As the other `reset`; the queue then holds a request for a notification, as it does at boot.
  public func reset() {
    storeTail(0)
    storeHead(0)
    signal(at: Format.signalOffset).request()
  }
}

/// The word with which one side requests a notification from the other. 0 is a request, so a queue
/// that was just zeroed holds one.
@safe struct SignalFlag {
  // Safety: the word lies inside the header of the ring that made the flag.
  private let word: UnsafeMutableRawPointer

  @unsafe init(_ word: UnsafeMutableRawPointer) { unsafe self.word = word }

  /// Requests a notification.
  ///
  /// The fence orders the request before every later load of the peer's index. The peer stores its
  /// index, fences in `takeRequest`, and then loads the flag. So at least one side sees what the
  /// other stored: either we find the new elements, or the peer finds the request (sDDF
  /// docs/developing.md; Tests/Models/signalling.pml).
  func request() {
    unsafe cmemory_store_32(word, 0)
    cmemory_fence()
  }

  /// Withdraws the request. No fence: a peer that still sees it only notifies once more than needed.
  func cancel() { unsafe cmemory_store_32(word, 1) }

  /// Whether the other side has requested a notification.
  var isRequested: Bool { unsafe cmemory_load_32(word) == 0 }

  /// Whether the other side has requested a notification. If so, the request is cleared, and the
  /// caller must notify. The fence is the counterpart of the one in `request`.
  func takeRequest() -> Bool {
    cmemory_fence()
    guard unsafe cmemory_load_32(word) == 0 else { return false }
    unsafe cmemory_store_32(word, 1)
    return true
  }
}
