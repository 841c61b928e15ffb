// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The instants that a connection's deadlines are counted from.
struct Timing: Sendable {
  private var idleStart: UInt64
  private var headStart: UInt64
  private var windowStart: UInt64
  private var lingerStart: UInt64
  // Bytes moved in the window.
  private var windowBytes: UInt64 = 0

  init(now: UInt64) {
    idleStart = now
    headStart = now
    windowStart = now
    lingerStart = now
  }

  mutating func idle(_ now: UInt64) { idleStart = now }
  mutating func headStarted(_ now: UInt64) { headStart = now }
  mutating func linger(_ now: UInt64) { lingerStart = now }
  mutating func idleIfUntouched(_ now: UInt64) { idleStart = max(idleStart, now) }
  mutating func restartWindow(_ now: UInt64) {
    windowStart = now
    windowBytes = 0
  }
  mutating func moved(_ count: Int, _ now: UInt64) {
    windowBytes = windowBytes &+ UInt64(count)
  }

  func idleEnd(_ limits: Limits) -> UInt64 { Self.sum(idleStart, limits.idleTime) }
  func headEnd(_ limits: Limits) -> UInt64 { Self.sum(headStart, limits.headTime) }
  func windowEnd(_ limits: Limits) -> UInt64 { Self.sum(windowStart, limits.stallTime) }
  func lingerEnd(_ limits: Limits) -> UInt64 { Self.sum(lingerStart, limits.lingerTime) }

  func isTooSlow(_ limits: Limits) -> Bool {
    let (product, overflow) = (limits.stallTime / 1_000_000).multipliedReportingOverflow(
      by: limits.minimumRate)
    return windowBytes < (overflow ? .max : product / 1000) || windowBytes == 0
  }

  private static func sum(_ start: UInt64, _ time: UInt64) -> UInt64 {
    let (sum, overflow) = start.addingReportingOverflow(time)
    return overflow ? .max : sum
  }
}
