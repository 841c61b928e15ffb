// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArmGenericTimer
import Testing
import TimerComponents

private final class FakeCounter: CounterTimer {
  var value: UInt64 = 0
  let hertz: UInt64
  var compare: [UInt64] = []
  var control: [UInt64] = []
  init(hertz: UInt64) { self.hertz = hertz }

  func count() -> UInt64 { value }
  func frequency() -> UInt64 { hertz }
  func setCompare(_ value: UInt64) { compare.append(value) }
  func setControl(_ value: UInt64) { control.append(value) }
}

@Suite struct ArmGenericTimerTests {
  @Test func startParksBeforeItEnables() throws {
    let counter = FakeCounter(hertz: 62_500_000)
    let timer = try #require(ArmGenericTimer(counter))
    timer.start()
    #expect(counter.compare == [.max])
    #expect(counter.control == [1], "enabled, not masked")
    #expect(timer.rate.hertz == 62_500_000)
  }

  @Test(arguments: [0, 1 << 32, UInt64.max]) func refusesAFrequencyThatIsNone(hertz: UInt64) {
    #expect(ArmGenericTimer(FakeCounter(hertz: hertz)) == nil)
  }

  @Test func millisecondAt62Point5Megahertz() throws {
    let counter = FakeCounter(hertz: 62_500_000)
    var server = TimerServer(try #require(ArmGenericTimer(counter)))
    server.start()
    counter.value = 1000
    counter.compare = []
    let outcome = server.call(channel: 0, label: 1, argument: 1_000_000)
    #expect(outcome.reply == .accepted && outcome.expired.isEmpty)
    #expect(counter.compare == [63_500])
    counter.value = 63_500
    let expired = server.interrupt()
    #expect(expired.contains(0))
    #expect(counter.compare == [63_500, .max, .max], "the line falls before it is acknowledged")
    #expect(server.call(channel: 0, label: 0, argument: 9).reply == .time(1_016_000))
  }
}
