// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// The instants from which a connection's deadlines are counted, and the bytes that moved in the
/// current window of `Limits.stallTime`.
struct Timing: Sendable {
  private var idleStart: Instant
  private var headStart: Instant
  private var lingerStart: Instant
  private var windowStart: Instant
  private var windowBytes: UInt64 = 0
  private var pauseStart: Instant

  init(now: Instant) {
    idleStart = now
    headStart = now
    lingerStart = now
    windowStart = now
    pauseStart = now
  }

  mutating func beginIdle(_ now: Instant) { idleStart = now }
  mutating func beginHead(_ now: Instant) { headStart = now }
  mutating func beginLinger(_ now: Instant) { lingerStart = now }
  /// Idle time counts from the end of the output.
  mutating func delayIdle(_ now: Instant) { idleStart = max(idleStart, now) }

  mutating func restartWindow(_ now: Instant) {
    windowStart = now
    windowBytes = 0
  }

  /// Time from here to `resumeWindow` does not count. Bytes do.
  mutating func pauseWindow(_ now: Instant) { pauseStart = now }

  mutating func resumeWindow(_ now: Instant) {
    let start = max(pauseStart, windowStart)
    if now > start { windowStart = windowStart + (now - start) }
  }

  /// `count` bytes were received or sent.
  mutating func addBytes(_ count: Int) { windowBytes = windowBytes &+ UInt64(count) }

  func idleEnd(_ limits: Limits) -> Instant { idleStart + limits.idleTime }
  func headEnd(_ limits: Limits) -> Instant { headStart + limits.headTime }
  func windowEnd(_ limits: Limits) -> Instant { windowStart + limits.stallTime }
  func lingerEnd(_ limits: Limits) -> Instant { lingerStart + limits.lingerTime }

  /// Whether fewer bytes moved in the window than `Limits.minimumRate` asks for.
  func isTooSlow(_ limits: Limits) -> Bool {
    let (product, overflow) = limits.stallTime.milliseconds.multipliedReportingOverflow(
      by: limits.minimumRate)
    return windowBytes < (overflow ? .max : product / 1000) || windowBytes == 0
  }
}
