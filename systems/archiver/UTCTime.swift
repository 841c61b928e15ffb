// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Time

/// Times as users write them.
enum UTCTime {
  /// Seconds since 1970: of `now`, of a day such as `2026-11-28`, or of a time such as `2026-11-28T23:30:00`, with or without a Z
  /// behind it. Nil for anything else, and for times that an archive cannot say.
  static func seconds(_ text: String) -> UInt64? {
    if text == "now" { return UInt64(max(time(nil), 0)) }
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard let date = numbers(halves[0], [4, 2, 2], "-"), let day = day(date) else { return nil }
    guard halves.count > 1 else { return day }
    guard halves.count == 2 else { return nil }
    let clock = halves[1].hasSuffix("Z") ? halves[1].dropLast() : halves[1]
    guard let parts = numbers(clock, [2, 2, 2], ":"), parts[0] < 24, parts[1] < 60, parts[2] < 60
    else { return nil }
    return day + UInt64(parts[0] * 3600 + parts[1] * 60 + parts[2])
  }

  private static func day(_ parts: [Int64]) -> UInt64? {
    let date = CivilDate(year: parts[0], month: parts[1], day: parts[2])
    guard 1980...2107 ~= date.year, 1...12 ~= date.month,
      1...CivilDate.dayCount(month: date.month, year: date.year) ~= date.day
    else { return nil }
    return UInt64(date.days * 86_400)
  }

  /// Decimal numbers of so many digits.
  private static func numbers(
    _ text: Substring, _ digits: [Int], _ separator: Character
  ) -> [Int64]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.map(\.count) == digits,
      text.allSatisfy({ $0.isASCII && $0.isNumber || $0 == separator })
    else { return nil }
    return parts.compactMap { Int64($0) }
  }
}
