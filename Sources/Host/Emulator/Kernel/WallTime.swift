// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// How virtual time follows the wall clock. All times are in nanoseconds.
///
/// If the host is faster than the machine, the machine waits. If it is slower, virtual time advances in
/// steps between two slices of instructions, as if the processor were slower.
public struct WallTime {
  /// The longest step of virtual time while there is work to do. What lags behind by more than a step is
  /// left out for good: the emulator was not running, and a machine that caught up would see its timers
  /// expire before the frames that its peers have sent meanwhile.
  public static let longestStep: UInt64 = 20_000_000

  /// How long the processor runs between two readings of the clock, and how far virtual time may then be
  /// ahead.
  public static let slice: UInt64 = 100_000

  /// The most that a program is charged for one slice. If it took longer, the host was busy elsewhere.
  static let longestCharge: UInt64 = 2_000_000

  private let clock: () -> UInt64
  private let start: UInt64
  /// The sum of all time left out so far.
  public private(set) var omitted: UInt64 = 0

  /// Virtual time 0 is now.
  ///
  /// - Parameter clock: returns nanoseconds and never goes back.
  public init(clock: @escaping () -> UInt64) {
    self.clock = clock
    start = clock()
  }

  /// Wall time since the start, without what was left out.
  public var passed: UInt64 { clock() - start - omitted }

  /// The virtual time that a machine at `now` must reach.
  ///
  /// - Parameter next: when the next event of an idle machine is due. It may get there in one step.
  mutating func target(from now: UInt64, next: UInt64 = 0) -> UInt64 {
    let passed = self.passed
    let time = max(now, min(next, passed))
    guard passed > time else { return time }
    let step = min(passed - time, Self.longestStep)
    omitted += passed - time - step
    return time + step
  }

  /// Whether the wall clock is so far behind a machine at `now` that the machine must wait.
  func isBehind(_ now: UInt64) -> Bool { now > passed + Self.slice }
}
