// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The retransmission timeout (RFC 6298).
struct RoundTripTimer: BitwiseCopyable {
  /// Smoothed round-trip time in nanoseconds; 0 before the first sample.
  private(set) var smoothed: UInt64 = 0
  private var variation: UInt64 = 0
  private(set) var timeout = TCPLimits.initialTimeout

  /// Two smoothed round-trip times.
  @inline(__always)
  var twice: Interval { Interval(nanoseconds: smoothed &* 2) }

  mutating func add(_ sample: Interval) {
    // Beyond any timeout a sample says nothing, and the sums below stay far from overflow.
    let sample = min(max(sample.nanoseconds, 1), 120_000_000_000)
    if smoothed == 0 {
      smoothed = sample
      variation = sample / 2
    } else {
      let difference = smoothed > sample ? smoothed &- sample : sample &- smoothed
      variation = (variation &* 3 &+ difference) / 4
      smoothed = (smoothed &* 7 &+ sample) / 8
    }
    // The clock's grain of 1 ms keeps the timeout away from the round-trip time (2.3).
    let next = smoothed &+ max(1_000_000, variation &* 4)
    timeout = min(
      max(Interval(nanoseconds: next), TCPLimits.minimumTimeout), TCPLimits.maximumTimeout)
  }

  /// After a handshake whose SYN had to be sent again (5.7).
  mutating func startCarefully() {
    if smoothed == 0 { timeout = .seconds(3) }
  }
}
