// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// When an entry was last changed, as an archive can say it.
///
/// An archive has a civil time without a time zone, in steps of two seconds, from 1980 to 2107 (APPNOTE 4.4.6). With
/// `init(unixSeconds:)` it has the instant as well, in the extra field 0x5455 of Info-ZIP, and readers convert that to
/// their own zone.
public struct ModificationTime: Equatable, Sendable {
  /// MS-DOS's date in the upper 16 bits, its time in the lower ones.
  let dos: UInt32
  /// Seconds since 1970-01-01T00:00:00Z, from 1 to 2^31 - 1; nil if the instant is not known.
  let unixSeconds: UInt32?

  /// 1980-01-01 00:00:00, the first time that there is: for programs without a clock.
  public static var first: ModificationTime {
    ModificationTime(dos: 1 << 21 | 1 << 16, unixSeconds: nil)
  }

  init(dos: UInt32, unixSeconds: UInt32?) {
    self.dos = dos
    self.unixSeconds = unixSeconds
  }

  /// A civil time, in the reader's time zone. A time before 1980 becomes the first, one after 2107 the
  /// last that there is; numbers outside their ranges become the nearest inside, and odd seconds are rounded down.
  public init(_ date: CivilDate, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    guard date.year >= 1980 else {
      self = .first
      return
    }
    guard date.year <= 2107 else {
      self = ModificationTime(
        CivilDate(year: 2107, month: 12, day: 31), hour: 23, minute: 59, second: 58)
      return
    }
    let month = min(max(date.month, 1), 12)
    let day = min(max(date.day, 1), CivilDate.dayCount(month: month, year: date.year))
    let dosDate = UInt32(date.year - 1980) << 9 | UInt32(month) << 5 | UInt32(day)
    let dosTime =
      UInt32(min(max(hour, 0), 23)) << 11 | UInt32(min(max(minute, 0), 59)) << 5
      | UInt32(min(max(second, 0), 59)) / 2
    self.init(dos: dosDate << 16 | dosTime, unixSeconds: nil)
  }

  /// The instant `unixSeconds` seconds after 1970-01-01T00:00:00Z; its civil time is that of UTC. Instants from
  /// 2038-01-19 on, which the extra field cannot hold, and those before 1980 have the civil time alone.
  public init(unixSeconds: Int64) {
    let days = unixSeconds >= 0 ? unixSeconds / 86_400 : -1
    let rest = Int(unixSeconds >= 0 ? unixSeconds % 86_400 : 0)
    let civil = ModificationTime(
      CivilDate(days: days), hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60)
    let isInRange = unixSeconds >= 315_532_800 && unixSeconds <= Int64(Int32.max)
    self.init(dos: civil.dos, unixSeconds: isInRange ? UInt32(unixSeconds) : nil)
  }
}
