// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Rings
import Testing
import TimerComponents

/// A clock that the test sets, with one tick per nanosecond by default.
private final class Clock {
  var now: UInt64 = 0
  var armed: [UInt64?] = []
}

private struct FakeTimer: TimerDevice {
  let clock: Clock
  let rate: ClockRate

  init?(_ clock: Clock, hertz: UInt64 = 1_000_000_000) {
    guard let rate = ClockRate(hertz: hertz) else { return nil }
    self.clock = clock
    self.rate = rate
  }

  func now() -> UInt64 { clock.now }
  func start() { clock.armed = [] }
  func arm(deadline: UInt64, now: UInt64) { clock.armed.append(deadline) }
  func disarm() { clock.armed.append(nil) }
}

@Suite struct TimerServerTests {
  private let clock = Clock()

  private func server(hertz: UInt64 = 1_000_000_000) throws -> TimerServer<FakeTimer> {
    TimerServer(try #require(FakeTimer(clock, hertz: hertz)))
  }

  private func numbers(_ set: IndexSet64) -> [Int] {
    var set = set
    var numbers: [Int] = []
    while let next = set.popFirst() { numbers.append(next) }
    return numbers
  }

  /// The device must be armed for the earliest deadline, and for nothing if there is none.
  private func isArmed(for deadline: UInt64?) -> Bool {
    clock.armed.last.flatMap { $0 } == deadline
  }

  @Test func time() throws {
    var server = try server(hertz: 2)
    clock.now = 3
    let outcome = server.call(channel: 5, label: 0, argument: .max)
    #expect(outcome.reply == .time(1_500_000_000) && outcome.expired.isEmpty)
    #expect(outcome.reply.label == 0 && outcome.reply.word == 1_500_000_000)
    clock.now = .max
    #expect(server.call(channel: 5, label: 0, argument: 0).reply == .time(.max))
    #expect(clock.armed.isEmpty, "getting the time does not arm the device")
  }

  @Test func manyClientsOneDeadlineEach() throws {
    var server = try server()
    clock.now = 1000
    for channel in 0..<62 {
      let outcome = server.call(
        channel: channel, label: 1, argument: UInt64(100 + 10 * (61 - channel)))
      #expect(outcome.reply == .accepted && outcome.expired.isEmpty)
      #expect(clock.armed.last == UInt64(1100 + 10 * (61 - channel)), "the newest is the nearest")
    }
    clock.now = 1099
    #expect(server.interrupt().isEmpty, "early by one")
    #expect(clock.armed.suffix(2) == [nil, 1100])
    clock.now = 1125
    #expect(numbers(server.interrupt()) == [59, 60, 61])
    #expect(clock.armed.suffix(2) == [nil, 1130])
    #expect(numbers(server.interrupt()).isEmpty, "each expires once")
    clock.now = 10_000
    #expect(isArmed(for: server.nextDeadline))
    #expect(numbers(server.interrupt()) == Array(0..<59))
    #expect(isArmed(for: server.nextDeadline))
    #expect(clock.armed.last == .some(nil), "nothing is left")
  }

  @Test func newTimeoutReplacesTheOld() throws {
    var server = try server()
    _ = server.call(channel: 1, label: 1, argument: 100)
    _ = server.call(channel: 1, label: 1, argument: 500)
    #expect(clock.armed == [100, 500])
    clock.now = 499
    #expect(server.interrupt().isEmpty)
    clock.now = 500
    #expect(numbers(server.interrupt()) == [1])
    _ = server.call(channel: 1, label: 1, argument: 500)
    _ = server.call(channel: 1, label: 1, argument: 10)
    #expect(isArmed(for: server.nextDeadline))
    clock.now = 510
    #expect(numbers(server.interrupt()) == [1])
    clock.now = 2000
    #expect(server.interrupt().isEmpty)
  }

  @Test func noTimeAtAllExpiresInTheCall() throws {
    var server = try server()
    clock.now = 7
    let outcome = server.call(channel: 2, label: 1, argument: 0)
    #expect(outcome.reply == .accepted)
    #expect(numbers(outcome.expired) == [2])
    // Another client's call expires a passed timeout before its interrupt is handled.
    _ = server.call(channel: 3, label: 1, argument: 10)
    clock.now = 20
    #expect(numbers(server.call(channel: 4, label: 1, argument: 10).expired) == [3])
  }

  @Test(arguments: [0, 1, 1_000_000, UInt64.max / 2, UInt64.max - 1, UInt64.max])
  func anyTimeoutAtAnyTime(argument: UInt64) throws {
    for hertz in [1, 1_000_000, 62_500_000, UInt64(UInt32.max)] {
      for now in [0, 1, UInt64.max / 2, UInt64.max - 1, UInt64.max] {
        var server = try server(hertz: hertz)
        clock.now = now
        let outcome = server.call(channel: 0, label: 1, argument: argument)
        #expect(outcome.reply == .accepted)
        #expect(outcome.expired.contains(0) == (argument == 0 && now != .max))
        #expect(isArmed(for: server.nextDeadline))
        _ = server.interrupt()
        #expect(isArmed(for: server.nextDeadline))
      }
    }
  }

  /// A timeout beyond the counter's range never expires, and does not affect others.
  @Test func aHopelessTimeoutDelaysNoOther() throws {
    var server = try server()
    clock.now = 1 << 63
    _ = server.call(channel: 0, label: 1, argument: .max)
    _ = server.call(channel: 1, label: 1, argument: 5)
    clock.now += 5
    #expect(numbers(server.interrupt()) == [1])
    clock.now = .max
    #expect(server.interrupt().isEmpty)
  }

  @Test(arguments: [2, 3, 255, 1 << 51, UInt64.max]) func unknownRequests(label: UInt64) throws {
    var server = try server()
    let outcome = server.call(channel: 0, label: label, argument: 1)
    #expect(outcome.reply == .refused && outcome.expired.isEmpty)
    #expect(outcome.reply.label == 1 && outcome.reply.word == nil)
    clock.now = .max - 1
    #expect(server.interrupt().isEmpty)
  }

  @Test(arguments: [-1, 62, 63, 64, .max, Int.min]) func channelsThatDoNotExist(channel: Int) throws
  {
    var server = try server()
    #expect(server.call(channel: channel, label: 1, argument: 0).reply == .refused)
    #expect(server.call(channel: channel, label: 0, argument: 0).reply == .time(0))
  }
}
