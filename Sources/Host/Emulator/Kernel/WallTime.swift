// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// How virtual time follows the clock on the wall.
///
/// On a host that is faster than the machine, the machine waits. On a slower one time goes on in steps
/// between two slices of instructions, as if the processor were slower. All in nanoseconds.
public struct WallTime {
  /// How far virtual time goes at once while there is something to do, at most. What it is behind by
  /// more is left out for good: the emulator did not run, and a machine that made up for it would see
  /// its timers expire before what its peers have sent meanwhile.
  public static let longestStep: UInt64 = 20_000_000

  /// How long the processor runs between two looks at the clock, and how far virtual time may be ahead
  /// after one.
  public static let slice: UInt64 = 100_000

  /// What a program pays for a slice, at most. If it took longer, the host did something else.
  static let longestCharge: UInt64 = 2_000_000

  private let clock: () -> UInt64
  private let start: UInt64
  /// What was left out so far.
  public private(set) var omitted: UInt64 = 0

  /// Virtual time 0 is now.
  ///
  /// - Parameter clock: never goes back.
  public init(clock: @escaping () -> UInt64) {
    self.clock = clock
    start = clock()
  }

  /// What has passed on the wall since the start, without what was left out.
  public var passed: UInt64 { clock() - start - omitted }

  /// Where a machine has to be whose time is `now`.
  ///
  /// - Parameter next: when something happens to a machine that waits. So far it may go at once.
  mutating func target(from now: UInt64, next: UInt64 = 0) -> UInt64 {
    let passed = self.passed
    let time = max(now, min(next, passed))
    guard passed > time else { return time }
    let step = min(passed - time, Self.longestStep)
    omitted += passed - time - step
    return time + step
  }

  /// Whether a machine whose time is `now` has to wait.
  func isBehind(_ now: UInt64) -> Bool { now > passed + Self.slice }
}
