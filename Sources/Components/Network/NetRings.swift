// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The two queues of a connection between network components (sDDF 0.7.0, docs/network): full buffers one way,
/// empty ones back.
public struct NetRings: Sendable {
  public let free: Ring<NetQueue>
  public let active: Ring<NetQueue>

  public init(free: Ring<NetQueue>, active: Ring<NetQueue>) {
    self.free = free
    self.active = active
  }
}

/// The end that hands out full buffers and gets empty ones back.
struct BufferSender: ~Copyable {
  var active: RingProducer<NetQueue>
  var free: RingConsumer<NetQueue>

  init(_ rings: NetRings) {
    active = RingProducer(rings.active)
    free = RingConsumer(rings.free)
  }

  /// How many empty buffers have to have come back to be worth a handler's while, where nobody waits for them.
  var returnBatch: Int { mutating get { max(free.capacity / 32, 1) } }
}

/// The end that gets full buffers and hands back empty ones.
struct BufferReceiver: ~Copyable {
  var active: RingConsumer<NetQueue>
  var free: RingProducer<NetQueue>

  init(_ rings: NetRings) {
    active = RingConsumer(rings.active)
    free = RingProducer(rings.free)
  }
}

/// Buffers are 2,048 bytes, aligned to their size (sddf/network/constants.h).
public enum NetBuffer {
  public static var byteCount: Int { 2048 }

  /// Which of `count` buffers, not a negative number, begins `distance` bytes from the first; nil where none does.
  @inline(__always)
  static func index(at distance: UInt64, of count: Int) -> Int? {
    guard distance % 2048 == 0, distance / 2048 < UInt64(truncatingIfNeeded: count) else {
      return nil
    }
    return Int(truncatingIfNeeded: distance / 2048)
  }
}
