// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Something behind registers in memory. A model is told the time with everything it does, so that it
/// behaves the same in every run.
protocol Device: AnyObject {
  var name: String { get }

  /// - Parameters:
  ///   - offset: from the start of the page or pages that the device fills.
  ///   - size: bytes: 1, 2, 4 or 8.
  ///   - now: nanoseconds of virtual time.
  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64
  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64)

  /// When it has something to do by itself; nil is never.
  var nextEvent: UInt64? { get }
  /// Does what is due at `now`.
  func advance(to now: UInt64)
}

extension Device {
  var nextEvent: UInt64? { nil }
  func advance(to now: UInt64) {}
}
