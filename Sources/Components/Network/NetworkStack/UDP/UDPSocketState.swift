// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// A UDP socket's number. That of a closed socket is refused, not confused with a later one's.
public struct UDPSocket: Hashable, BitwiseCopyable, Sendable {
  let index: Int32
  let generation: UInt32
}

/// A socket's side of UDP: its port, and the datagrams that wait to be read.
///
/// The queue is a ring of bytes: each datagram stands in one piece behind 12 bytes that tell where it
/// came from and how long it is, so that it can be lent.
struct UDPSocketState: BitwiseCopyable {
  static var recordByteCount: Int { 12 }

  var isOpen = false
  var generation: UInt32 = 1
  var port: UInt16 = 0
  /// What its owner calls it.
  var tag: UInt = 0
  /// Whether datagrams may be lent out of their frames.
  var isDirect = false
  var queue = Block()
  // Places of the first and behind the last datagram; they go round, as sequence numbers do.
  private var head: UInt32 = 0
  private var tail: UInt32 = 0
  /// Datagrams dropped as the queue was full.
  var dropped: UInt32 = 0
  var hasEvent = false
  // The neighbour that frames to the last destination go to.
  var lastDestination = IPv4Address.unspecified
  var hardware = MACAddress(0)
  var neighbourVersion: UInt32 = 0
  var neighbourUntil = Instant(nanoseconds: 0)

  var isEmpty: Bool { head == tail }

  /// Keeps a datagram. False when there is no room for it.
  mutating func keep(
    _ payload: borrowing RawSpan, from remote: Endpoint, in pool: inout BufferPool
  ) -> Bool {
    let size = UDPSocketState.rounded(payload.byteCount &+ UDPSocketState.recordByteCount)
    let place = Int(tail) & (queue.byteCount &- 1)
    // A datagram that would be cut by the ring's end goes to its start, and what is left stays empty.
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

  // Sizes are multiples of a record's head, or rather of 16, so that a head is never cut.
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

  /// The first datagram: where it lies, and who sent it.
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

  /// Drops the first datagram, whose payload `first` told.
  mutating func removeFirst(_ payload: ByteRange) {
    let size = UDPSocketState.rounded(payload.count &+ UDPSocketState.recordByteCount)
    head &+= UInt32(truncatingIfNeeded: size)
  }
}
