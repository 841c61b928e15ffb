// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The instants from which a connection's deadlines are counted, and the bytes that moved in the
/// current window of `Limits.stallTime`. Times are nanoseconds.
struct Timing: Sendable {
  private var idleStart: UInt64
  private var headStart: UInt64
  private var lingerStart: UInt64
  private var windowStart: UInt64
  private var windowBytes: UInt64 = 0

  init(now: UInt64) {
    idleStart = now
    headStart = now
    lingerStart = now
    windowStart = now
  }

  mutating func beginIdle(_ now: UInt64) { idleStart = now }
  mutating func beginHead(_ now: UInt64) { headStart = now }
  mutating func beginLinger(_ now: UInt64) { lingerStart = now }
  /// Idle time counts from the end of the output.
  mutating func delayIdle(_ now: UInt64) { idleStart = max(idleStart, now) }

  mutating func restartWindow(_ now: UInt64) {
    windowStart = now
    windowBytes = 0
  }

  /// `count` bytes were received or sent.
  mutating func addBytes(_ count: Int) { windowBytes = windowBytes &+ UInt64(count) }

  func idleEnd(_ limits: Limits) -> UInt64 { Self.sum(idleStart, limits.idleTime) }
  func headEnd(_ limits: Limits) -> UInt64 { Self.sum(headStart, limits.headTime) }
  func windowEnd(_ limits: Limits) -> UInt64 { Self.sum(windowStart, limits.stallTime) }
  func lingerEnd(_ limits: Limits) -> UInt64 { Self.sum(lingerStart, limits.lingerTime) }

  /// Whether fewer bytes moved in the window than `Limits.minimumRate` asks for.
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
