// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Supervision
import Testing
import Time

private func milliseconds(_ count: UInt64) -> Instant { Instant(nanoseconds: count * 1_000_000) }

/// A supervisor of a web server's domains, all of which run: 0 a passive server, 1 a domain of its own, 2 to 4 a group.
private func running() -> Supervisor {
  var supervisor = Supervisor(Supervisor.Settings())
  supervisor.add(stage: 0, priority: 101, answers: true, isPassive: true)
  supervisor.add(stage: 0, priority: 95, answers: true, isPassive: false)
  supervisor.add(stage: 1, priority: 101, answers: true, isPassive: false)
  supervisor.add(stage: 2, priority: 95, answers: true, isPassive: false)
  supervisor.add(stage: 3, priority: 95, answers: true, isPassive: false)
  _ = supervisor.answered(IndexSet64(bits: 0b11111), now: milliseconds(0))
  return supervisor
}

struct SupervisorTests {
  @Test func beginsADomainAgainAtOnceAndTellsTheOthers() {
    var supervisor = running()
    let actions = supervisor.died(1, now: milliseconds(100))
    #expect(actions.stop.isEmpty)
    #expect(actions.renew.numbers == [1])
    #expect(actions.start.numbers == [1])
    #expect(actions.signal.numbers == [0, 2, 3, 4])
  }

  @Test func beginsAGroupStageByStage() {
    var supervisor = running()
    let actions = supervisor.died(4, now: milliseconds(100))
    #expect(actions.stop.numbers == [2, 3, 4])
    #expect(actions.renew.numbers == [2, 3, 4])
    #expect(actions.start.numbers == [2])
    #expect(actions.signal.numbers == [0, 1])
    // Domains that are not of the group do not matter.
    #expect(supervisor.answered(IndexSet64(bits: 0b11), now: milliseconds(101)).start.isEmpty)
    #expect(
      supervisor.answered(IndexSet64(bits: 0b100), now: milliseconds(102)).start.numbers == [3])
    #expect(
      supervisor.answered(IndexSet64(bits: 0b1000), now: milliseconds(103)).start.numbers == [4])
    #expect(
      supervisor.answered(IndexSet64(bits: 0b10000), now: milliseconds(104)) == Supervisor.Actions()
    )
  }

  @Test func beginsAGroupFromTheStartIfAnotherOfItDies() {
    var supervisor = running()
    _ = supervisor.died(4, now: milliseconds(100))
    _ = supervisor.answered(IndexSet64(bits: 0b100), now: milliseconds(101))
    let actions = supervisor.died(2, now: milliseconds(102))
    #expect(actions.stop.numbers == [2, 3, 4])
    #expect(actions.renew.numbers == [2, 3, 4])
    #expect(actions.start.numbers == [2])
  }

  @Test func delaysFurtherRestartsAndGivesUp() {
    var supervisor = running()
    var now: UInt64 = 0
    for delay: UInt64 in [0, 50, 100, 200, 400, 800, 1600] {
      now += 1
      var actions = supervisor.died(1, now: milliseconds(now))
      if delay > 0 {
        #expect(actions.start.isEmpty)
        #expect(supervisor.beat(now: milliseconds(now + delay - 1)).start.isEmpty)
        now += delay
        actions = supervisor.beat(now: milliseconds(now))
      }
      #expect(actions.start.numbers == [1], "after \(delay) ms")
      _ = supervisor.answered(IndexSet64(bits: 0b11111), now: milliseconds(now))
    }
    let actions = supervisor.died(1, now: milliseconds(now + 1))
    #expect(actions.giveUp.numbers == [1])
    #expect(actions.start.isEmpty)
    // The others are still looked after.
    #expect(supervisor.died(3, now: milliseconds(now + 2)).start.numbers == [2])
  }

  @Test func forgetsOldCrashes() {
    var supervisor = running()
    for index: UInt64 in 0..<500 {
      let now = milliseconds(index * 5000)
      #expect(supervisor.died(1, now: now).start.numbers == [1])
      _ = supervisor.answered(IndexSet64(bits: 0b11111), now: now)
    }
  }

  @Test func letsAPassiveServerThatItGivesUpRefuse() {
    var supervisor = running()
    var last = Supervisor.Actions()
    for index: UInt64 in 0..<8 { last = supervisor.died(0, now: milliseconds(index)) }
    #expect(last.giveUp.numbers == [0])
    #expect(last.start.numbers == [0])
    #expect(last.renew.numbers == [0])
  }

  @Test func leavesAGroupWithoutAMemberThatItGivesUp() {
    var supervisor = running()
    var last = Supervisor.Actions()
    for index: UInt64 in 0..<8 { last = supervisor.died(4, now: milliseconds(index)) }
    #expect(last.giveUp.numbers == [4])
    #expect(last.start.numbers == [2])
    #expect(supervisor.answered(IndexSet64(bits: 0b100), now: milliseconds(9)).start.numbers == [3])
    #expect(supervisor.answered(IndexSet64(bits: 0b1000), now: milliseconds(9)).start.isEmpty)
  }

  /// Beats until the supervisor asks.
  private func ask(_ supervisor: inout Supervisor, _ now: inout UInt64) -> Supervisor.Actions {
    while true {
      now += 50
      let actions = supervisor.beat(now: milliseconds(now))
      if !actions.signal.isEmpty || !actions.silent.isEmpty { return actions }
      if now > 100_000 { return actions }
    }
  }

  @Test func findsADomainThatNoLongerAnswers() {
    var supervisor = running()
    var now: UInt64 = 0
    #expect(ask(&supervisor, &now).signal.numbers == [0, 1, 2, 3, 4])
    _ = supervisor.answered(IndexSet64(bits: 0b11101), now: milliseconds(now))
    #expect(ask(&supervisor, &now).silent.isEmpty)
    _ = supervisor.answered(IndexSet64(bits: 0b11101), now: milliseconds(now))
    let actions = ask(&supervisor, &now)
    #expect(now == 750)
    #expect(actions.silent.numbers == [1])
    #expect(actions.stop.numbers == [1])
    #expect(actions.start.numbers == [1])
  }

  @Test func blamesTheMostUrgentSilentDomain() {
    var supervisor = running()
    var now: UInt64 = 0
    _ = ask(&supervisor, &now)
    // The passive server hangs: its callers are silent, too.
    for _ in 0..<2 {
      _ = supervisor.answered(IndexSet64(bits: 0b11100), now: milliseconds(now))
      let actions = ask(&supervisor, &now)
      if !actions.silent.isEmpty { #expect(actions.silent.numbers == [0]) }
    }
    // Its callers get another chance.
    _ = supervisor.answered(IndexSet64(bits: 0b11111), now: milliseconds(now))
    #expect(ask(&supervisor, &now).silent.isEmpty)
  }

  @Test func giveTimeToStart() {
    var supervisor = running()
    var now: UInt64 = 0
    _ = supervisor.died(1, now: milliseconds(0))
    for _ in 0..<19 {
      #expect(ask(&supervisor, &now).silent.isEmpty)
      _ = supervisor.answered(IndexSet64(bits: 0b11101), now: milliseconds(now))
    }
    #expect(ask(&supervisor, &now).silent.isEmpty)
    _ = supervisor.answered(IndexSet64(bits: 0b11101), now: milliseconds(now))
    #expect(ask(&supervisor, &now).silent.numbers == [1])
  }

  @Test func ignoresChildrenThatItDoesNotHave() {
    var supervisor = running()
    #expect(supervisor.died(17, now: milliseconds(0)) == Supervisor.Actions())
    #expect(supervisor.died(-1, now: milliseconds(0)) == Supervisor.Actions())
    #expect(
      supervisor.answered(IndexSet64(bits: .max), now: milliseconds(0)) == Supervisor.Actions())
  }
}
