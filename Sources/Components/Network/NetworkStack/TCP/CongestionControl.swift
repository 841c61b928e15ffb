// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// How much may be on its way: CUBIC (RFC 9438) with slow start (RFC 5681) from ten segments
/// (RFC 6928). In whole numbers: bytes, and milliseconds.
struct CongestionControl: BitwiseCopyable {
  /// The congestion window in bytes.
  private(set) var window = 0
  /// `ssthresh` in bytes.
  private(set) var threshold = Int(Int32.max)
  // W_max in bytes, K in milliseconds, the start of the present epoch, W_est in bytes.
  private var greatest = 0
  private var turn = 0
  private var epoch = Instant.never
  private var estimate = 0
  // Bytes acknowledged that did not make a whole step of the window yet.
  private var credit = 0
  private var estimateCredit = 0

  mutating func start(segment: Int) { window = CongestionControl.initialWindow(segment) }

  /// RFC 6928 (2).
  static func initialWindow(_ segment: Int) -> Int { min(10 &* segment, max(2 &* segment, 14600)) }

  /// Nothing was sent for longer than a timeout (RFC 5681, 4.1).
  mutating func restart(segment: Int) {
    window = min(window, CongestionControl.initialWindow(segment))
    epoch = .never
  }

  /// New data was acknowledged while the window was the limit.
  mutating func acknowledged(_ byteCount: Int, segment: Int, roundTrip: Interval, now: Instant) {
    guard window >= threshold else {
      // RFC 3465, with a limit of two segments for each acknowledgement raised to what was
      // acknowledged at once: receivers join acknowledgements, too.
      window = min(window &+ byteCount, max(threshold, window &+ segment))
      return
    }
    if epoch == .never { begin(segment: segment, now: now) }
    advanceEstimate(byteCount, segment)
    let elapsed = Int(clamping: ((now - epoch) + roundTrip).milliseconds)
    let wanted = cubic(elapsed, segment)
    if wanted <= estimate {
      // The Reno-friendly region (4.3).
      window = max(window, estimate)
    } else {
      // Towards the curve's value in a round-trip time, by 50 % of the window at most (4.2).
      let target = min(wanted, window &+ window / 2)
      guard target > window else { return }
      credit &+= (target &- window) &* min(byteCount, window)
      window &+= credit / max(window, 1)
      credit %= max(window, 1)
    }
    window = min(window, 1 << 30)
  }

  // (4.2, 4.8)
  private mutating func begin(segment: Int, now: Instant) {
    epoch = now
    credit = 0
    estimateCredit = 0
    estimate = window
    if window < greatest {
      // K^3 = (W_max - cwnd) / C with C = 0.4, here in ms^3.
      let missing = UInt64(greatest &- window) &* 2_500_000_000 / UInt64(max(segment, 1))
      turn = CongestionControl.cubeRoot(missing)
    } else {
      greatest = window
      turn = 0
    }
  }

  // W_est grows by alpha segments in a round-trip time; alpha = 3 * (1 - 0.7) / (1 + 0.7) = 9 / 17
  // until it reaches what there was at the last loss, and 1 from then on.
  private mutating func advanceEstimate(_ byteCount: Int, _ segment: Int) {
    let step = segment &* byteCount
    estimateCredit &+= estimate >= greatest ? step : step &* 9 / 17
    let cost = max(window, 1)
    estimate &+= estimateCredit / cost
    estimateCredit %= cost
    estimate = min(estimate, 1 << 30)
  }

  // C * (t - K)^3 + W_max, C = 0.4.
  private mutating func cubic(_ elapsed: Int, _ segment: Int) -> Int {
    let distance = min(max(elapsed &- turn, -100_000), 100_000)
    let cube = distance &* distance &* distance / 1_000_000
    return greatest &+ cube &* 4 / 10 &* segment / 1000
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

  /// A loss was noticed, with `flight` bytes on their way (4.6, 4.7).
  mutating func lost(flight: Int, segment: Int) {
    // Fast convergence: who has less than before leaves room to others.
    greatest = window < greatest ? window &* 17 / 20 : window
    threshold = max(flight &* 7 / 10, 2 &* segment)
    epoch = .never
  }

  mutating func enterRecovery(inflation: Int) { window = threshold &+ inflation }
  mutating func inflate(_ byteCount: Int) { window = min(window &+ byteCount, 1 << 30) }

  /// A partial acknowledgement without selective ones (RFC 6582, 3.2, step 3).
  mutating func deflate(_ byteCount: Int, segment: Int) {
    window = max(window &- byteCount, 0)
    if byteCount >= segment { window &+= segment }
    window = max(window, segment)
  }

  mutating func leaveRecovery(flight: Int, segment: Int) {
    window = min(threshold, max(flight, segment) &+ segment)
  }

  /// A timeout (RFC 5681, 3.1, 7). `isFirst` for the first in a row.
  mutating func timedOut(flight: Int, segment: Int, isFirst: Bool) {
    if isFirst { lost(flight: flight, segment: segment) }
    window = segment
    epoch = .never
  }
}

extension Interval {
  @inline(__always)
  static func + (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left.nanoseconds &+ right.nanoseconds)
  }
}
