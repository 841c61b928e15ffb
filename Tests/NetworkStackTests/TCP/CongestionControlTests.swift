// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Testing
import Time
import Wire

@testable import NetworkStack

/// The congestion window against the formulas of RFC 9438 in floating point.
@Suite struct CongestionControlTests {
  @Test func cubeRoots() {
    for value: UInt64 in [0, 1, 7, 8, 26, 27, 1_000_000, 999_999, .max >> 1] {
      let root = UInt64(CongestionControl.cubeRoot(value))
      #expect(root * root * root <= value)
      #expect((root + 1) * (root + 1) * (root + 1) > value || root == 1 << 21)
    }
  }

  @Test func curve() {
    let segment = 1000
    var control = CongestionControl()
    control.start(mss: segment)
    var now = Instant.seconds(1)
    let roundTrip = Interval.milliseconds(100)
    // Slow start up to 200 segments, then a loss.
    while control.cwnd < 200_000 {
      control.acknowledged(control.cwnd, mss: segment, roundTrip: roundTrip, now: now)
    }
    let greatest = Double(control.cwnd) / 1000
    control.lost(flight: control.cwnd, mss: segment)
    control.enterRecovery(inflation: 0)
    control.leaveRecovery(flight: 400_000, mss: segment)
    #expect(abs(Double(control.cwnd) / 1000 - 0.7 * greatest) < 2)
    let start = Double(control.cwnd) / 1000
    let turn = cbrt((greatest - start) / 0.4)
    let begin = now
    for round in 1...150 {
      for _ in 0..<10 {
        control.acknowledged(
          control.cwnd / 10, mss: segment, roundTrip: roundTrip, now: now)
      }
      now = now + roundTrip
      let elapsed = Double((now - begin).nanoseconds) / 1e9
      let cubic = 0.4 * (elapsed - turn) * (elapsed - turn) * (elapsed - turn) + greatest
      let window = Double(control.cwnd) / 1000
      #expect(abs(window - cubic) < 0.05 * cubic + 3, "round \(round): \(window), not \(cubic)")
    }
  }

  /// With short round-trip times Reno would grow faster, so its pace is kept (4.3).
  @Test func friendlyRegion() {
    let segment = 1000
    var control = CongestionControl()
    control.start(mss: segment)
    control.lost(flight: 10_000, mss: segment)
    control.enterRecovery(inflation: 0)
    let before = control.cwnd
    var now = Instant.seconds(1)
    for _ in 0..<20 {
      for _ in 0..<4 {
        control.acknowledged(
          control.cwnd / 4, mss: segment, roundTrip: .milliseconds(1), now: now)
      }
      now = now + .milliseconds(1)
    }
    // 9/17 of a segment per round trip up to the old window, then one.
    #expect((before + 8000...before + 20_000).contains(control.cwnd))
  }

  /// A flow that loses before it has regained its old window yields: the curve's plateau is at 0.85
  /// of its window (4.7), otherwise at its window.
  @Test func fastConvergence() {
    let segment = 1000
    var windows: [Int] = []
    for reached in [280_000, 400_000] {
      var control = CongestionControl()
      control.start(mss: segment)
      var now = Instant.seconds(1)
      let roundTrip = Interval.milliseconds(100)
      while control.cwnd < 200_000 {
        control.acknowledged(control.cwnd, mss: segment, roundTrip: roundTrip, now: now)
      }
      let first = control.cwnd
      control.lost(flight: first, mss: segment)
      control.enterRecovery(inflation: 0)
      while control.cwnd < reached {
        control.acknowledged(control.cwnd, mss: segment, roundTrip: roundTrip, now: now)
        now = now + roundTrip
      }
      let had = control.cwnd
      control.lost(flight: control.cwnd, mss: segment)
      control.enterRecovery(inflation: 0)
      // At the plateau the window hardly grows within a second.
      let claim = reached < first ? had * 17 / 20 : had
      let turn = cbrt(Double(claim - control.cwnd) / 1000 / 0.4)
      let begin = now
      while (now - begin).nanoseconds < UInt64(turn * 1e9) {
        control.acknowledged(control.cwnd, mss: segment, roundTrip: roundTrip, now: now)
        now = now + roundTrip
      }
      #expect(abs(control.cwnd - claim) < claim / 25, "\(control.cwnd), not \(claim)")
      windows.append(control.cwnd)
    }
    #expect(windows[0] < windows[1])
  }

  @Test func lossAndTimeout() {
    var control = CongestionControl()
    control.start(mss: 1000)
    #expect(control.cwnd == 10_000)
    control.timedOut(flight: 10_000, mss: 1000, isFirst: true)
    #expect(control.cwnd == 1000 && control.ssthresh == 7000)
    control.timedOut(flight: 1000, mss: 1000, isFirst: false)
    #expect(control.ssthresh == 7000)
    control.lost(flight: 1000, mss: 1000)
    #expect(control.ssthresh == 2000)
  }

  @Test func timer() {
    var timer = RoundTripTimer()
    #expect(timer.rto == .seconds(1))
    timer.addSample(.milliseconds(500))
    // SRTT + 4 * RTTVAR = 500 ms + 4 * 250 ms.
    #expect(timer.rto == .milliseconds(1500))
    timer.addSample(.milliseconds(500))
    #expect(timer.rto == .milliseconds(1250))
    for _ in 0..<200 { timer.addSample(Interval(nanoseconds: 100_000)) }
    #expect(timer.rto == .milliseconds(200))
    timer.addSample(.seconds(100_000))
    #expect(timer.rto == .seconds(60))
  }
}
