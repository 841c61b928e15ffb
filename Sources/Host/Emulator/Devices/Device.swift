// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The model of a device with memory-mapped registers. Each call passes the virtual time, so that a model
/// behaves the same in every run.
protocol Device: AnyObject {
  /// For reports.
  var name: String { get }

  /// - Parameters:
  ///   - offset: bytes from the start of the device's first page.
  ///   - size: 1, 2, 4 or 8 bytes.
  ///   - now: nanoseconds of virtual time.
  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64
  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64)

  /// When its next event is due, in nanoseconds of virtual time; nil for never.
  var nextEvent: UInt64? { get }
  /// Handles the events that are due.
  func advance(to now: UInt64)

  /// Nil, or what is wrong with the model's state; for tests.
  func checkInvariants() -> String?
}

extension Device {
  var nextEvent: UInt64? { nil }
  func advance(to now: UInt64) {}
  func checkInvariants() -> String? { nil }
}

/// The earlier of two events; nil is never.
func earliest(_ one: UInt64?, _ other: UInt64?) -> UInt64? {
  guard let one, let other else { return one ?? other }
  return min(one, other)
}
