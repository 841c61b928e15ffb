// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// Frames that wait for a neighbour's address (RFC 1122, 2.3.2.2) and are complete except for it.
/// Only the latest few are kept.
struct HeldDatagrams: ~Copyable {
  static var limit: Int { 4 }
  static var byteCount: Int { 1514 }

  struct Slot: BitwiseCopyable {
    var count = 0
    var nextHop = IPv4Address.unspecified
    var hardware: MACAddress?
  }

  private var slots = FixedArray<Slot>(count: HeldDatagrams.limit, repeating: Slot())
  private var bytes = FixedArray<UInt8>(
    count: HeldDatagrams.limit * HeldDatagrams.byteCount, repeating: 0)
  private var turn = 0
  // Whether some can be sent.
  private(set) var hasReady = false

  init() {}

  mutating func hold(
    _ count: Int, for nextHop: IPv4Address, _ write: (inout MutableRawSpan) -> Void
  ) {
    guard count <= HeldDatagrams.byteCount else { return }
    let index = turn
    turn = (turn &+ 1) % HeldDatagrams.limit
    slots[index] = Slot(count: count, nextHop: nextHop, hardware: nil)
    bytes.withMutableBytes(
      ByteRange(start: index &* HeldDatagrams.byteCount, count: count), write)
  }

  /// Completes the frames for a neighbour whose address is now known.
  mutating func neighbourResolved(_ nextHop: IPv4Address, _ hardware: MACAddress) {
    for index in 0..<HeldDatagrams.limit
    where slots[index].count > 0 && slots[index].nextHop == nextHop {
      slots[index].hardware = hardware
      hasReady = true
    }
  }

  mutating func removeAll() {
    for index in 0..<HeldDatagrams.limit { slots[index].count = 0 }
    hasReady = false
  }

  /// Sends those that are complete; false if no buffer was free.
  mutating func send<Output: FrameOutput & ~Copyable>(into output: inout Output) -> Bool {
    for index in 0..<HeldDatagrams.limit {
      guard slots[index].count > 0, let hardware = slots[index].hardware else { continue }
      let range = ByteRange(
        start: index &* HeldDatagrams.byteCount, count: slots[index].count)
      let isSent = bytes.withBytes(range) { source in
        sendOne(source, to: hardware, into: &output)
      }
      guard isSent else { return false }
      slots[index].count = 0
    }
    hasReady = false
    return true
  }

  private func sendOne<Output: FrameOutput & ~Copyable>(
    _ source: RawSpan, to hardware: MACAddress, into output: inout Output
  ) -> Bool {
    output.send(source.byteCount) { frame in
      frame.copy(source, to: 0)
      frame.put(UInt16(truncatingIfNeeded: hardware.value >> 32), at: 0)
      frame.put(UInt32(truncatingIfNeeded: hardware.value), at: 2)
    }
  }
}
