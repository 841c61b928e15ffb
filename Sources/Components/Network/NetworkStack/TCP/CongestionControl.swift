// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// The congestion window: CUBIC (RFC 9438), with slow start (RFC 5681) from ten segments (RFC
/// 6928). All arithmetic is in integers: bytes and milliseconds.
struct CongestionControl: BitwiseCopyable {
  /// The congestion window in bytes.
  private(set) var cwnd = 0
  /// `ssthresh` in bytes.
  private(set) var ssthresh = Int(Int32.max)
  // W_max in bytes, K in milliseconds, the start of the current epoch, W_est in bytes.
  private var wMax = 0
  private var k = 0
  private var epoch = Instant.never
  private var wEst = 0
  // Remainders of growth, below one byte of the window.
  private var credit = 0
  private var wEstCredit = 0

  mutating func start(mss: Int) { cwnd = CongestionControl.initialWindow(mss) }

  /// The initial window (RFC 6928, 2).
  static func initialWindow(_ mss: Int) -> Int { min(10 &* mss, max(2 &* mss, 14600)) }

  /// Restarts after an idle period longer than a timeout (RFC 5681, 4.1).
  mutating func restart(mss: Int) {
    cwnd = min(cwnd, CongestionControl.initialWindow(mss))
    epoch = .never
  }

  /// Grows the window: new data was acknowledged while the window was the limit.
  mutating func acknowledged(_ byteCount: Int, mss: Int, roundTrip: Interval, now: Instant) {
    guard cwnd >= ssthresh else {
      // RFC 3465, with its limit of two segments per acknowledgement raised to the acknowledged
      // bytes: receivers merge acknowledgements.
      cwnd = min(cwnd &+ byteCount, max(ssthresh, cwnd &+ mss))
      return
    }
    if epoch == .never { begin(mss: mss, now: now) }
    advanceWEst(byteCount, mss)
    let elapsed = Int(clamping: ((now - epoch) + roundTrip).milliseconds)
    let wanted = cubic(elapsed, mss)
    if wanted <= wEst {
      // The Reno-friendly region (4.3).
      cwnd = max(cwnd, wEst)
    } else {
      // Approaches the curve's value one round-trip time ahead, by at most 50 % of the window
      // (4.2).
      let target = min(wanted, cwnd &+ cwnd / 2)
      guard target > cwnd else { return }
      credit &+= (target &- cwnd) &* min(byteCount, cwnd)
      cwnd &+= credit / max(cwnd, 1)
      credit %= max(cwnd, 1)
    }
    cwnd = min(cwnd, 1 << 30)
  }

  // Begins an epoch (4.2, 4.8).
  private mutating func begin(mss: Int, now: Instant) {
    epoch = now
    credit = 0
    wEstCredit = 0
    wEst = cwnd
    if cwnd < wMax {
      // K^3 = (W_max - cwnd) / C with C = 0.4, here in ms^3.
      let missing = UInt64(wMax &- cwnd) &* 2_500_000_000 / UInt64(max(mss, 1))
      k = CongestionControl.cubeRoot(missing)
    } else {
      wMax = cwnd
      k = 0
    }
  }

  // W_est grows by alpha segments per round-trip time: alpha = 3 * (1 - 0.7) / (1 + 0.7) = 9 / 17
  // until it reaches the window of the last loss, then 1.
  private mutating func advanceWEst(_ byteCount: Int, _ mss: Int) {
    let step = mss &* byteCount
    wEstCredit &+= wEst >= wMax ? step : step &* 9 / 17
    let cost = max(cwnd, 1)
    wEst &+= wEstCredit / cost
    wEstCredit %= cost
    wEst = min(wEst, 1 << 30)
  }

  // C * (t - K)^3 + W_max, C = 0.4.
  private mutating func cubic(_ elapsed: Int, _ mss: Int) -> Int {
    let distance = min(max(elapsed &- k, -100_000), 100_000)
    let cube = distance &* distance &* distance / 1_000_000
    return wMax &+ cube &* 4 / 10 &* mss / 1000
  }

  static func cubeRoot(_ value: UInt64) -> Int {
    var low: UInt64 = 0
    var high: UInt64 = 1 << 21
    while low < high {
      let middle = (low &+ high &+ 1) / 2
      if middle &* middle &* middle <= value { low = middle } else { high = middle &- 1 }
    }
    return Int(low)
  }

  /// Reacts to a loss with `flight` bytes in flight (4.6, 4.7).
  mutating func lost(flight: Int, mss: Int) {
    // Fast convergence: a flow that has less than before leaves room to others.
    wMax = cwnd < wMax ? cwnd &* 17 / 20 : cwnd
    ssthresh = max(flight &* 7 / 10, 2 &* mss)
    epoch = .never
  }

  mutating func enterRecovery(inflation: Int) { cwnd = ssthresh &+ inflation }
  mutating func inflate(_ byteCount: Int) { cwnd = min(cwnd &+ byteCount, 1 << 30) }

  /// Deflates after a partial acknowledgement without SACK (RFC 6582, 3.2, step 3).
  mutating func deflate(_ byteCount: Int, mss: Int) {
    cwnd = max(cwnd &- byteCount, 0)
    if byteCount >= mss { cwnd &+= mss }
    cwnd = max(cwnd, mss)
  }

  mutating func leaveRecovery(flight: Int, mss: Int) {
    cwnd = min(ssthresh, max(flight, mss) &+ mss)
  }

  /// Reacts to a timeout (RFC 5681, 3.1, 7). `isFirst`: the first of a series.
  mutating func timedOut(flight: Int, mss: Int, isFirst: Bool) {
    if isFirst { lost(flight: flight, mss: mss) }
    cwnd = mss
    epoch = .never
  }
}

extension Interval {
  @inline(__always)
  static func + (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left.nanoseconds &+ right.nanoseconds)
  }
}
