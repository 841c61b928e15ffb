// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Time

@testable import Zip

/// A time's fields as APPNOTE 4.4.6 has them.
private func fields(_ time: ModificationTime) -> [UInt32] {
  let (date, clock) = (time.dos >> 16, time.dos & 0xffff)
  return [
    1980 + date >> 9, date >> 5 & 15, date & 31, clock >> 11, clock >> 5 & 63, 2 * (clock & 31),
  ]
}

struct ModificationTimeTests {
  @Test func firstTime() {
    #expect(fields(.first) == [1980, 1, 1, 0, 0, 0])
    #expect(ModificationTime.first.unixSeconds == nil)
  }

  @Test func civilTimes() {
    let date = CivilDate(year: 2026, month: 11, day: 28)
    let time = ModificationTime(date, hour: 23, minute: 59, second: 59)
    #expect(fields(time) == [2026, 11, 28, 23, 59, 58])
    #expect(time.unixSeconds == nil)
    #expect(ModificationTime(CivilDate(year: 1979, month: 12, day: 31)) == .first)
    let last: [UInt32] = [2107, 12, 31, 23, 59, 58]
    #expect(fields(ModificationTime(CivilDate(year: .max, month: 1, day: 1))) == last)
    #expect(fields(ModificationTime(CivilDate(year: 2108, month: 1, day: 1))) == last)
    let wrong = CivilDate(year: 2001, month: 2, day: 31)
    #expect(
      fields(ModificationTime(wrong, hour: .max, minute: -1, second: 60)) == [
        2001, 2, 28, 23, 0, 58,
      ])
    #expect(
      fields(ModificationTime(CivilDate(year: 2000, month: .min, day: .max))) == [
        2000, 1, 31, 0, 0, 0,
      ])
  }

  @Test func instants() {
    let time = ModificationTime(unixSeconds: 1_700_000_001)
    // 2023-11-14T22:13:21Z
    #expect(fields(time) == [2023, 11, 14, 22, 13, 20])
    #expect(time.unixSeconds == 1_700_000_001)
    #expect(ModificationTime(unixSeconds: 315_532_800).unixSeconds == 315_532_800)
    #expect(ModificationTime(unixSeconds: 315_532_799) == .first)
    #expect(ModificationTime(unixSeconds: .min) == .first)
    #expect(ModificationTime(unixSeconds: 0x7fff_ffff).unixSeconds == 0x7fff_ffff)
    let late = ModificationTime(unixSeconds: 0x8000_0000)
    #expect(late.unixSeconds == nil)
    #expect(fields(late) == [2038, 1, 19, 3, 14, 8])
    #expect(fields(ModificationTime(unixSeconds: .max)) == [2107, 12, 31, 23, 59, 58])
  }
}
