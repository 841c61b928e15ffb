// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// The retransmission timeout (RFC 6298).
struct RoundTripTimer: BitwiseCopyable {
  /// Smoothed round-trip time in nanoseconds; 0 before the first sample.
  private(set) var srtt: UInt64 = 0
  private var rttvar: UInt64 = 0
  private(set) var rto = TCPLimits.initialTimeout

  /// Two smoothed round-trip times.
  @inline(__always)
  var twice: Interval { Interval(nanoseconds: srtt &* 2) }

  mutating func addSample(_ sample: Interval) {
    // A sample beyond any timeout carries no information; the limit also keeps the sums below from
    // overflow.
    let sample = min(max(sample.nanoseconds, 1), 120_000_000_000)
    if srtt == 0 {
      srtt = sample
      rttvar = sample / 2
    } else {
      let difference = srtt > sample ? srtt &- sample : sample &- srtt
      rttvar = (rttvar &* 3 &+ difference) / 4
      srtt = (srtt &* 7 &+ sample) / 8
    }
    // The clock granularity of 1 ms keeps the timeout above the round-trip time (2.3).
    let next = srtt &+ max(1_000_000, rttvar &* 4)
    rto = min(
      max(Interval(nanoseconds: next), TCPLimits.minimumTimeout), TCPLimits.maximumTimeout)
  }

  /// Starts from 3 s after a handshake whose SYN was retransmitted (5.7).
  mutating func useCautiousRTO() {
    if srtt == 0 { rto = .seconds(3) }
  }
}
