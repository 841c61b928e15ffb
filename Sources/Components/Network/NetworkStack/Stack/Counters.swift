// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What the stack has seen and done, since its start. Counters go round.
public struct StackCounters: BitwiseCopyable, Sendable {
  public var framesIn: UInt64 = 0
  public var framesOut: UInt64 = 0
  /// Frames that are for somebody else or of a protocol that is not spoken.
  public var ignored: UInt64 = 0
  /// Frames and packets that are malformed, or whose checksum is wrong.
  public var malformed: UInt64 = 0
  /// Packets from addresses that no host can have.
  public var martians: UInt64 = 0
  public var fragments: UInt64 = 0
  public var reassembled: UInt64 = 0
  /// Datagrams and segments to ports that nobody listens on.
  public var unwanted: UInt64 = 0
  public var datagramsDropped: UInt64 = 0
  /// Connections refused or broken off since a limit was reached.
  public var refused: UInt64 = 0
  /// Half-open connections that had to make room.
  public var evicted: UInt64 = 0
  public var resetsOut: UInt64 = 0
  public var segmentsResent: UInt64 = 0
  /// Retransmission timeouts of connections that were open.
  public var timeouts: UInt64 = 0
  /// ARP packets of others who say that our address is theirs.
  public var addressConflicts: UInt64 = 0
  /// Options of DHCP messages that were ignored, as they were malformed.
  public var malformedOptions: UInt64 = 0

  public init() {}
}

/// So many in a second and no more, with a reserve for bursts.
struct RateLimit: BitwiseCopyable {
  private var tokens: UInt64 = 50
  private var last = Instant(nanoseconds: 0)

  mutating func allows(now: Instant) -> Bool {
    // One each 5 ms, up to 50.
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
