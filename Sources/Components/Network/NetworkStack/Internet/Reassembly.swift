// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// Reassembly of fragmented IPv4 packets (RFC 791, 3.2; RFC 815), bounded in packets, bytes per
/// packet and time.
///
/// Overlapping fragments are not accidental, so their packet is dropped (as RFC 5722 rules for
/// IPv6); exact duplicates are ignored.
struct Reassembly: ~Copyable {
  /// How long a packet may take to become complete. RFC 1122, 3.3.2, allows 60 s to 120 s; RFC 4963
  /// argues for less: on a fast link, identifications repeat within half a minute.
  static var lifetime: Interval { .seconds(15) }

  struct Slot: BitwiseCopyable {
    var isUsed = false
    var source = IPv4Address.unspecified
    var destination = IPv4Address.unspecified
    var carried = IPProtocol(0)
    var identification: UInt16 = 0
    var deadline = Instant.never
    // Payload bytes of the whole packet; -1 until the last fragment arrives.
    var total = -1
    var received = RangeSet()
  }

  /// A complete packet, whose payload stays in the slot until the next call.
  struct Whole: BitwiseCopyable {
    var payload: ByteRange
  }

  private var slots: FixedArray<Slot>
  private var bytes: FixedArray<UInt8>
  /// The largest payload in bytes.
  let bytesPerSlot: Int

  init(slots count: Int, bytesPerSlot: Int) {
    let bytesPerSlot = min(max(bytesPerSlot, 0), 65515)
    slots = FixedArray(count: count, repeating: Slot())
    bytes = FixedArray(count: slots.count &* bytesPerSlot, repeating: 0)
    self.bytesPerSlot = bytesPerSlot
  }

  /// Inserts a fragment; returns the packet if it is complete.
  mutating func insert(
    _ header: IPv4Header, _ payload: borrowing RawSpan, now: Instant
  ) -> Whole? {
    let start = header.fragmentOffset
    let end = start &+ payload.byteCount
    // Every fragment but the last holds a multiple of 8 bytes, and none is empty.
    guard payload.byteCount > 0, end <= bytesPerSlot,
      !header.hasMoreFragments || payload.byteCount % 8 == 0,
      let index = slot(for: header, now: now)
    else { return nil }
    if !header.hasMoreFragments {
      guard slots[index].total < 0 || slots[index].total == end else { return drop(index) }
      slots[index].total = end
    }
    let total = slots[index].total
    let range = number(start, end)
    guard total < 0 || (end <= total && fits(index, total)) else { return drop(index) }
    if slots[index].received.overlaps(range) {
      return slots[index].received.insert(range) == .alreadyThere ? nil : drop(index)
    }
    guard slots[index].received.insert(range) == .added else { return drop(index) }
    bytes.copyIn(payload, payload.byteCount, at: index &* bytesPerSlot &+ start)
    guard total >= 0,
      slots[index].received.missing(from: number(0, 0).start, to: number(total, 0).start) == 0
    else { return nil }
    slots[index] = Slot()
    return Whole(payload: ByteRange(start: index &* bytesPerSlot, count: total))
  }

  // No fragment may lie beyond the end.
  private mutating func fits(_ index: Int, _ total: Int) -> Bool {
    let count = slots[index].received.count
    return count == 0 || Int(slots[index].received[count &- 1].end.value) <= total
  }

  private func number(_ start: Int, _ end: Int) -> SequenceRange {
    SequenceRange(
      SequenceNumber(UInt32(truncatingIfNeeded: start)),
      SequenceNumber(UInt32(truncatingIfNeeded: end)))
  }

  private mutating func drop(_ index: Int) -> Whole? {
    // The slot stays, and swallows the rest of its packet.
    slots[index].received.removeAll()
    slots[index].total = 0
    return nil
  }

  private mutating func slot(for header: IPv4Header, now: Instant) -> Int? {
    var best = -1
    for index in 0..<slots.count {
      if slots[index].isUsed, slots[index].deadline <= now { slots[index] = Slot() }
      if !slots[index].isUsed {
        best = index
      } else if slots[index].identification == header.identification,
        slots[index].source == header.source, slots[index].destination == header.destination,
        slots[index].carried == header.protocol
      {
        return index
      }
    }
    // If every slot is in use, the oldest packet, which is the least likely to complete, makes
    // room.
    if best < 0 {
      for index in 0..<slots.count
      where best < 0 || slots[index].deadline < slots[best].deadline { best = index }
    }
    guard best >= 0 else { return nil }
    slots[best] = Slot()
    slots[best].isUsed = true
    slots[best].source = header.source
    slots[best].destination = header.destination
    slots[best].carried = header.protocol
    slots[best].identification = header.identification
    slots[best].deadline = now + Reassembly.lifetime
    return best
  }

  /// Moves the bytes out; `returnBytes` must follow before the next fragment.
  mutating func lendBytes() -> FixedArray<UInt8> {
    var lent = FixedArray<UInt8>(count: 0, repeating: 0)
    swap(&lent, &bytes)
    return lent
  }

  mutating func returnBytes(_ lent: consuming FixedArray<UInt8>) { bytes = lent }
}
