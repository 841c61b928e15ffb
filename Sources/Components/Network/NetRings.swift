// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The two queues of a connection between network components (sDDF 0.7.0, docs/network). `BufferSender` and
/// `BufferReceiver` are its two ends.
public struct NetRings: Sendable {
  /// Empty buffers, on their way back to where they are filled.
  public let free: Ring<NetQueue>
  /// Full buffers.
  public let active: Ring<NetQueue>

  /// A connection of two queues, with equal capacities.
  public init(free: Ring<NetQueue>, active: Ring<NetQueue>) {
    self.free = free
    self.active = active
  }

  /// Empties both queues, which neither end may use meanwhile.
  public func reset() {
    free.reset()
    active.reset()
  }
}

/// Network buffers: 2,048 bytes, aligned to their size (sddf/network/constants.h).
public enum NetBuffer {
  /// Size in bytes.
  public static var byteCount: Int { 2048 }

  /// The index of the buffer that begins `distance` bytes from the first of `count` buffers; nil if none begins there.
  /// `count` must not be negative.
  @inline(__always)
  static func index(at distance: UInt64, of count: Int) -> Int? {
    guard distance % 2048 == 0, distance / 2048 < UInt64(truncatingIfNeeded: count) else {
      return nil
    }
    return Int(truncatingIfNeeded: distance / 2048)
  }
}
