// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// A handle of a UDP socket. The handle of a closed socket is refused, never confused with a later
/// one's.
public struct UDPSocket: Hashable, BitwiseCopyable, Sendable {
  let index: Int32
  let generation: UInt32
}

/// A UDP socket: its port and its queue of datagrams.
///
/// The queue is a ring of bytes. Each datagram lies in one piece, so that it can be lent, behind a
/// 12-byte record of its sender and length.
struct UDPSocketState: BitwiseCopyable {
  static var recordByteCount: Int { 12 }

  var isOpen = false
  var generation: UInt32 = 1
  var port: UInt16 = 0
  /// The owner's tag.
  var tag: UInt = 0
  /// Whether datagrams may be lent in their frames.
  var isDirect = false
  var queue = Block()
  // Positions of the first datagram and behind the last; they wrap around, like sequence numbers.
  private var head: UInt32 = 0
  private var tail: UInt32 = 0
  /// Datagrams dropped because the queue was full.
  var dropped: UInt32 = 0
  var hasEvent = false
  // The neighbour for the last destination.
  var lastDestination = IPv4Address.unspecified
  var hardware = MACAddress(0)
  var neighbourVersion: UInt32 = 0
  var neighbourUntil = Instant(nanoseconds: 0)

  var isEmpty: Bool { head == tail }

  /// Queues a datagram; false if there is no room.
  mutating func keep(
    _ payload: borrowing RawSpan, from remote: Endpoint, in pool: inout BufferPool
  ) -> Bool {
    let size = UDPSocketState.rounded(payload.byteCount &+ UDPSocketState.recordByteCount)
    let place = Int(tail) & (queue.byteCount &- 1)
    // A datagram that would cross the ring's end goes to its start; the rest stays unused.
    let skipped = queue.byteCount &- place < size ? queue.byteCount &- place : 0
    guard size <= queue.byteCount, Int(tail &- head) &+ skipped &+ size <= queue.byteCount else {
      dropped &+= 1
      return false
    }
    if skipped > 0 { mark(.max, 0, Endpoint(IPv4Address.unspecified, 0), in: &pool) }
    tail &+= UInt32(truncatingIfNeeded: skipped)
    mark(UInt32(truncatingIfNeeded: payload.byteCount), size, remote, in: &pool)
    let start = queue.start &+ (Int(tail) & (queue.byteCount &- 1))
    pool.bytes.copyIn(
      payload, payload.byteCount, at: start &+ UDPSocketState.recordByteCount)
    tail &+= UInt32(truncatingIfNeeded: size)
    return true
  }

  // Sizes are multiples of 16, so that a record is never split.
  private static func rounded(_ byteCount: Int) -> Int { (byteCount &+ 15) & ~15 }

  private func mark(_ length: UInt32, _ size: Int, _ remote: Endpoint, in pool: inout BufferPool) {
    let start = queue.start &+ (Int(tail) & (queue.byteCount &- 1))
    let head = ByteRange(start: start, count: UDPSocketState.recordByteCount)
    pool.bytes.withMutableBytes(head) { bytes in
      bytes.put(length, at: 0)
      switch remote.address {
      case .v4(let address): bytes.put(address.value, at: 4)
      }
      bytes.put(UInt32(remote.port), at: 8)
    }
  }

  /// The position and the sender of the first datagram.
  mutating func first(in pool: borrowing BufferPool) -> (ByteRange, Endpoint)? {
    while head != tail {
      let place = Int(head) & (queue.byteCount &- 1)
      let range = ByteRange(
        start: queue.start &+ place, count: UDPSocketState.recordByteCount)
      var length: UInt32 = 0
      var remote = Endpoint(IPv4Address.unspecified, 0)
      pool.bytes.withBytes(range) { bytes in
        length = bytes.number32(at: 0)
        remote = Endpoint(
          IPv4Address(bytes.number32(at: 4)), UInt16(truncatingIfNeeded: bytes.number32(at: 8)))
      }
      if length == .max {
        head &+= UInt32(truncatingIfNeeded: queue.byteCount &- place)
        continue
      }
      return (ByteRange(start: range.end, count: Int(length)), remote)
    }
    return nil
  }

  /// Removes the first datagram, whose payload `first` returned.
  mutating func removeFirst(_ payload: ByteRange) {
    let size = UDPSocketState.rounded(payload.count &+ UDPSocketState.recordByteCount)
    head &+= UInt32(truncatingIfNeeded: size)
  }
}
