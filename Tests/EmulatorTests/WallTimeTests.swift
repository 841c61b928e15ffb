// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import Emulator

/// Virtual time that follows a clock controlled by the tests.
@Suite struct WallTimeTests {
  private final class Clock {
    var time: UInt64 = 7_000_000_000
    /// Nanoseconds that pass at each reading. As each slice reads the clock twice, more than half a slice means that
    /// the host is slower than the machine.
    var readingTime: UInt64

    init(readingTime: UInt64) { self.readingTime = readingTime }

    func read() -> UInt64 {
      time += readingTime
      return time
    }
  }

  private static let millisecond: UInt64 = 1_000_000
  private static let spinner =
    "void init(void) { for (;;) __asm__(\"\"); } void notified(word c) {}"

  /// Prints the time in milliseconds every tenth of a second.
  private static let ticker = #"""
    static void arm(void) {
      __asm__ volatile("msr cntp_cval_el0, %0\n msr cntp_ctl_el0, %1"
                       :: "r"(counter() + 6250000), "r"(1ul));
    }
    void init(void) { arm(); }
    void notified(word c) { puthex(counter() / 62500); puts("\n"); arm(); ack(c); }
    """#
  private static let ticks = """
    <protection_domain name="t" priority="9"><program_image path="t.elf"/>
      <irq irq="30" id="3"/></protection_domain>
    """
  private static let spins = """
    <protection_domain name="spin" priority="1"><program_image path="spin.elf"/>
    </protection_domain>
    """

  private static let sleeper =
    "void init(void) { for (;;) __asm__ volatile(\"wfi\"); } void notified(word c) {}"
  private static let sleeps = """
    <protection_domain name="sleep" priority="0"><program_image path="sleep.elf"/>
    </protection_domain>
    """

  private func start(_ xml: String, _ clock: Clock) throws -> TestSystem.Run {
    let run = try TestSystem(
      programs: ["t": Self.ticker, "spin": Self.spinner, "sleep": Self.sleeper], xml: xml
    ).start()
    run.machine.wall = WallTime(clock: clock.read)
    return run
  }

  /// Runs for a duration of wall time and passes virtual time to `check` before each slice.
  private func run(
    _ machine: Machine, _ clock: Clock, milliseconds: UInt64, check: (UInt64) -> Void
  ) {
    let end = clock.time + milliseconds * Self.millisecond
    let reason = machine.run(until: .max) {
      #expect(machine.kernel.checkInvariants() == nil)
      check(machine.now)
      return clock.time >= end
    }
    #expect(reason == .stopped)
  }

  private func times(_ run: TestSystem.Run) -> [UInt64] {
    run.lines.compactMap { UInt64($0.dropFirst(2), radix: 16) }
  }

  /// A host that takes ten nanoseconds for an instruction, and a machine that is never idle.
  @Test func aBusyMachineKeepsUp() throws {
    let clock = Clock(readingTime: 500_000)
    let start = clock.time
    let run = try self.start(Self.ticks + Self.spins, clock)
    var last: UInt64 = 0
    self.run(run.machine, clock, milliseconds: 1000) { now in
      #expect(now <= clock.time - start)
      #expect(now - last <= 3 * Self.millisecond)
      last = now
    }
    #expect(clock.time - start - last < 5 * Self.millisecond)
    #expect(run.machine.wall?.omitted == 0)
    let times = times(run)
    #expect(times.count == 9)
    for (index, time) in times.enumerated() {
      #expect(time >= 100 * UInt64(index + 1) && time < 103 * UInt64(index + 1))
    }
  }

  @Test func aFastHostWaits() throws {
    let clock = Clock(readingTime: 100)
    let start = clock.time
    let run = try self.start(Self.spins, clock)
    for _ in 0..<1000 {
      #expect(run.machine.run(until: .max) == .ahead)
      #expect(run.machine.now <= clock.time - start + 2 * WallTime.slice + 1000)
      let wait = try #require(run.machine.timeToWait(until: .max))
      #expect(wait > 0 && wait <= 2 * WallTime.slice + 1000)
      clock.time += wait
      run.machine.catchUp(until: .max)
    }
    #expect(clock.time - start > 100 * Self.millisecond)
    #expect(run.machine.wall?.omitted == 0)
  }

  /// A domain that waits in WFI uses no host time between two events.
  @Test func sleepCostsNothing() throws {
    let clock = Clock(readingTime: 100)
    let start = clock.time
    let run = try self.start(Self.ticks + Self.sleeps, clock)
    var waits = 0
    while clock.time - start < 1000 * Self.millisecond {
      #expect(run.machine.run(until: .max) == .idle)
      clock.time += try #require(run.machine.timeToWait(until: .max))
      run.machine.catchUp(until: .max)
      waits += 1
    }
    #expect(waits < 50)
    #expect(run.instructions(of: "sleep") < 1000)
    #expect(times(run).count == 9 || times(run).count == 10)
  }

  /// The host stops the emulator for ten seconds while the machine is busy.
  @Test func aHostThatStopsMakesNoLeap() throws {
    let clock = Clock(readingTime: 200_000)
    let run = try start(Self.ticks + Self.spins, clock)
    var last: UInt64 = 0
    func check(_ now: UInt64) {
      #expect(now - last <= WallTime.longestStep + 2 * WallTime.slice)
      last = now
    }
    self.run(run.machine, clock, milliseconds: 150, check: check)
    clock.time += 10_000 * Self.millisecond
    self.run(run.machine, clock, milliseconds: 100, check: check)
    let omitted = try #require(run.machine.wall?.omitted)
    #expect(omitted > 9_970 * Self.millisecond && omitted < 9_990 * Self.millisecond)
    #expect(times(run).count == 2)
    #expect(run.machine.statisticsText().contains(" s on the wall left out\n"))
  }

  @Test func waitingTakesAsLongAsItSays() throws {
    let clock = Clock(readingTime: 1000)
    let run = try start(Self.ticks, clock)
    for tick in 1...20 as ClosedRange<UInt64> {
      #expect(run.machine.run(until: .max) == .idle)
      let wait = try #require(run.machine.timeToWait(until: .max))
      // Virtual time is ahead by the instructions since the last wait.
      #expect(wait > 98 * Self.millisecond && wait <= 101 * Self.millisecond)
      // Input ends the wait early.
      clock.time += 30 * Self.millisecond
      run.machine.catchUp(until: .max)
      #expect(run.machine.run(until: .max) == .idle)
      #expect(times(run).count == Int(tick) - 1)
      clock.time += wait - 30 * Self.millisecond
      run.machine.catchUp(until: .max)
    }
    #expect(run.machine.run(until: .max) == .idle)
    #expect(times(run).count == 20)
    #expect(run.machine.wall?.omitted == 0)
    // Called far too late: virtual time is at most one step past the tick that was due.
    clock.time += 5_000 * Self.millisecond
    run.machine.catchUp(until: .max)
    #expect(run.machine.run(until: .max) == .idle)
    let last = try #require(times(run).last)
    #expect(last >= 2100 && last <= 2130)
  }

  /// Also on a slow host, a budget limits a thread's share of wall time: here to a fifth.
  @Test func budgetsAreInWallTime() throws {
    let clock = Clock(readingTime: 500_000)
    let run = try start(
      """
      <protection_domain name="greedy" priority="200" budget="200" period="1000">
        <program_image path="spin.elf"/></protection_domain>
      """ + Self.spins, clock)
    self.run(run.machine, clock, milliseconds: 500) { _ in }
    let greedy = Double(run.instructions(of: "greedy"))
    let share = greedy / (greedy + Double(run.instructions(of: "spin")))
    #expect(share > 0.15 && share < 0.25)
  }

  @Test func theEndIsExact() throws {
    let clock = Clock(readingTime: 500_000)
    let run = try start(Self.ticks + Self.spins, clock)
    #expect(run.machine.run(until: 350 * Self.millisecond) == .timeOver)
    #expect(run.machine.now == 350 * Self.millisecond)
  }
}
