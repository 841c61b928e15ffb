// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing

@testable import Emulator

@Suite struct SchedulingContextTests {
  @Test func usedTimeReturnsOnePeriodLater() {
    let context = SchedulingContext(budget: 100, period: 1000)
    context.resume(at: 50)
    #expect(!context.charge(40, now: 90))
    #expect(context.refills == [.init(time: 90, amount: 60), .init(time: 1050, amount: 40)])
    #expect(context.charge(60, now: 150))
    #expect(context.readyTime == 1050)
    #expect(!context.isReady(at: 1049))
    context.resume(at: 1100)
    #expect(context.readyTime == 1100)
  }

  @Test func unusedTimeIsNotSavedUp() {
    let context = SchedulingContext(budget: 100, period: 1000)
    context.resume(at: 5000)
    #expect(context.available == 100)
    #expect(context.charge(100, now: 5100))
    #expect(context.readyTime == 6000)
  }

  /// No window of a period's length contains more than the budget. Merging refills only delays time.
  @Test(arguments: 0..<20)
  func noMoreThanTheBudgetInAPeriod(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let context = SchedulingContext(budget: 100, period: 1000)
    var now: UInt64 = 0
    var uses: [(start: UInt64, end: UInt64)] = []
    while now < 100_000 {
      if !context.isReady(at: now) { now = context.readyTime }
      context.resume(at: now)
      let amount = min(1 + random.below(60), context.available)
      uses.append((now, now + amount))
      now += amount
      _ = context.charge(amount, now: now)
      #expect(context.checkInvariants() == nil)
      now += random.below(300)
    }
    for (start, _) in uses {
      let used = uses.filter { $0.start >= start && $0.end <= start + 1000 }
        .reduce(0) { $0 + ($1.end - $1.start) }
      #expect(used <= 100)
    }
  }

  @Test func aRoundRobinTurnStartsAgain() {
    let context = SchedulingContext(budget: 100, period: 100)
    #expect(!context.charge(60, now: 60))
    #expect(context.charge(40, now: 100))
    #expect(context.available == 100)
    #expect(context.isReady(at: 100))
  }
}
