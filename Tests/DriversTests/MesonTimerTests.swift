// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import MesonTimer
import Rings
import TargetTestSupport
import Testing
import TimerComponents

@Suite struct MesonTimerTests {
  @Test func start() throws {
    let bus = FakeBus()
    let timer = try #require(MesonTimer(bus))
    timer.start()
    #expect(bus.takeTrace() == ["w 0 100", "w 48 0"])
    #expect(timer.rate.hertz == 1_000_000)
  }

  @Test func readsTheClockAroundACarry() throws {
    let bus = FakeBus()
    let timer = try #require(MesonTimer(bus))
    bus.script(0x4c, 7)
    bus.script(0x48, 0xffff_fffe)
    #expect(timer.now() == 0x7_ffff_fffe)
    #expect(bus.takeTrace() == ["r 4c 7", "r 48 fffffffe", "r 4c 7"])
    bus.script(0x4c, 7, 8)
    bus.script(0x48, 0xffff_ffff, 3)
    #expect(timer.now() == 0x8_0000_0003)
    #expect(bus.takeTrace() == ["r 4c 7", "r 48 ffffffff", "r 4c 8", "r 48 3"])
  }

  @Test(
    arguments: [
      (101, 1, 0), (100, 1, 0), (0, 1, 0), (100 + 65535, 0xffff, 0), (100 + 65536, 6554, 1),
      (100 + 65541, 6555, 1), (100 + 655_350, 0xffff, 1), (100 + 655_351, 6554, 2),
      (100 + 6_553_501, 6554, 3), (100 + 65_535_000, 0xffff, 3), (UInt64.max, 0xffff, 3),
    ] as [(UInt64, UInt32, Int)])
  func armsWithTheShortestTicksThatDo(deadline: UInt64, count: UInt32, base: Int) throws {
    let bus = FakeBus()
    let timer = try #require(MesonTimer(bus))
    timer.arm(deadline: deadline, now: 100)
    #expect(
      bus.takeTrace() == [
        "w 0 10\(base)", "w 4 \(String(count, radix: 16))", "w 0 1010\(base)",
      ])
    timer.disarm()
    #expect(bus.takeTrace() == ["w 0 100"])
  }

  /// 100 s take a piece of 65.535 s and the rest: no client is notified early.
  @Test func longTimeoutIsReArmed() throws {
    let bus = FakeBus()
    var clock: UInt64 = 0
    var armed: UInt64 = 0
    bus.onRead = { offset in
      switch offset {
      case 0x48: UInt32(truncatingIfNeeded: clock)
      case 0x4c: UInt32(truncatingIfNeeded: clock >> 32)
      default: nil
      }
    }
    var tick: UInt64 = 1
    bus.onWrite = { offset, bits in
      if offset == 0 { tick = [1, 10, 100, 1000][Int(bits & 3)] }
      if offset == 4 { armed = UInt64(bits) * tick }
    }
    var server = TimerServer(try #require(MesonTimer(bus)))
    server.start()
    clock = 5
    let outcome = server.call(channel: 3, label: 1, argument: 100_000_000_000)
    #expect(outcome.reply == .accepted && outcome.expired.isEmpty)
    var interrupts = 0
    var expired = IndexSet64()
    while expired.isEmpty, interrupts < 100 {
      clock += armed
      expired = server.interrupt()
      interrupts += 1
    }
    #expect(expired.contains(3))
    #expect(clock == 100_000_005)
    #expect(interrupts == 2)
  }
}
