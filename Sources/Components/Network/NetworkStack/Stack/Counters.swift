// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// Statistics since the start. Counters wrap around.
public struct StackCounters: BitwiseCopyable, Sendable {
  /// Frames received.
  public var framesIn: UInt64 = 0
  /// Frames sent.
  public var framesOut: UInt64 = 0
  /// Frames for other stations or with an unknown protocol.
  public var ignored: UInt64 = 0
  /// Malformed frames and packets, and those with a wrong checksum.
  public var malformed: UInt64 = 0
  /// Packets from source addresses that no host can have.
  public var martians: UInt64 = 0
  /// IPv4 fragments received.
  public var fragments: UInt64 = 0
  /// Packets reassembled from fragments.
  public var reassembled: UInt64 = 0
  /// Datagrams and segments to ports without a socket.
  public var unwanted: UInt64 = 0
  /// Datagrams dropped because their socket's queue was full.
  public var datagramsDropped: UInt64 = 0
  /// Connections refused because a limit was reached.
  public var refused: UInt64 = 0
  /// Half-open connections evicted to make room.
  public var evicted: UInt64 = 0
  /// Resets sent in answer to segments without a connection.
  public var resetsOut: UInt64 = 0
  /// TCP segments with data that was sent before.
  public var segmentsResent: UInt64 = 0
  /// Retransmission timeouts of open connections.
  public var timeouts: UInt64 = 0
  /// ARP packets in which another station claims our address.
  public var addressConflicts: UInt64 = 0
  /// DHCP options ignored because they were malformed.
  public var malformedOptions: UInt64 = 0

  /// All zero.
  public init() {}
}

/// A token bucket: 200 per second, bursts of 50.
struct RateLimit: BitwiseCopyable {
  private var tokens: UInt64 = 50
  private var last = Instant(nanoseconds: 0)

  mutating func allows(now: Instant) -> Bool {
    // One token per 5 ms, at most 50.
    let earned = (now - last).milliseconds / 5
    if earned > 0 {
      tokens = min(50, tokens &+ min(earned, 50))
      last = now
    }
    guard tokens > 0 else { return false }
    tokens &-= 1
    return true
  }
}
