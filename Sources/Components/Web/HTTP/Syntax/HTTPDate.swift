// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// HTTP's date formats (RFC 9110 section 5.6.7). Dates are seconds since 1970-01-01T00:00:00Z, in the
/// years 1 to 9999.
public enum HTTPDate {
  private static var dayNames: StaticString { "SunMonTueWedThuFriSat" }
  private static var monthNames: StaticString { "JanFebMarAprMayJunJulAugSepOctNovDec" }

  /// Appends an IMF-fixdate, which has 29 bytes. Dates outside the years 1 to 9999 become the nearest
  /// one inside.
  public static func append(_ seconds: Int64, to bytes: inout [UInt8]) {
    let seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)
    var days = seconds / 86_400
    var rest = seconds % 86_400
    if rest < 0 {
      rest += 86_400
      days -= 1
    }
    let date = CivilDate(days: days)
    // 1970-01-01 was a Thursday.
    let weekday = Int(((days + 4) % 7 + 7) % 7)
    bytes.reserveCapacity(bytes.count + 29)
    bytes.append(dayNames, 3 * weekday..<3 * weekday + 3)
    bytes.append(", ")
    bytes.append(decimal: UInt64(date.day), width: 2)
    bytes.append(0x20)
    let month = 3 * (Int(date.month) - 1)
    bytes.append(monthNames, month..<month + 3)
    bytes.append(0x20)
    bytes.append(decimal: UInt64(date.year), width: 4)
    bytes.append(0x20)
    bytes.append(decimal: UInt64(rest / 3600), width: 2)
    bytes.append(0x3a)
    bytes.append(decimal: UInt64(rest / 60 % 60), width: 2)
    bytes.append(0x3a)
    bytes.append(decimal: UInt64(rest % 60), width: 2)
    bytes.append(" GMT")
  }

  /// Parses the three formats that a recipient must accept: IMF-fixdate, RFC 850 and asctime. Nil for
  /// anything else, including days and hours that do not exist.
  ///
  /// - Parameter now: seconds since 1970. An RFC 850 date has a year of two digits, which is taken to
  ///   be at most 50 years in the future.
  public static func parse(_ text: Span<UInt8>, now: Int64 = 0) -> Int64? {
    // The name of the day is ignored; what follows it tells the formats apart.
    guard let nameEnd = text.indices.first(where: { !ASCII.isLetter(text[$0]) }), nameEnd >= 3
    else { return nil }
    var reader = Reader(position: nameEnd)
    if text[nameEnd] == 0x2c {
      reader.position += 1
      guard reader.skip(0x20, text) else { return nil }
      guard let day = reader.number(2, text), let separator = reader.nextByte(text),
        separator == 0x20 || separator == 0x2d, let month = reader.month(text),
        reader.skip(separator, text)
      else { return nil }
      let isOld = separator == 0x2d
      guard isOld ? nameEnd >= 6 : nameEnd == 3, let digits = reader.number(isOld ? 2 : 4, text),
        reader.skip(0x20, text), let time = reader.time(text), reader.skip(0x20, text),
        text.count - reader.position == 3,
        ("GMT" as StaticString).equals(text.extracting(reader.position..<text.count))
      else { return nil }
      let year = isOld ? Self.year(digits, month, day, time, now: now) : digits
      return seconds(year: year, month: month, day: day, time: time)
    }
    guard nameEnd == 3, reader.skip(0x20, text), let month = reader.month(text),
      reader.skip(0x20, text)
    else { return nil }
    let digits = reader.skip(0x20, text) ? 1 : 2
    guard let day = reader.number(digits, text), reader.skip(0x20, text),
      let time = reader.time(text), reader.skip(0x20, text), let year = reader.number(4, text),
      reader.position == text.count
    else { return nil }
    return seconds(year: year, month: month, day: day, time: time)
  }

  /// The last year with these two digits in which the date is at most 50 years after `now`.
  private static func year(
    _ digits: Int64, _ month: Int64, _ day: Int64, _ time: Int64, now: Int64
  ) -> Int64 {
    let now = min(max(now, 0), 253_402_300_799)
    let today = CivilDate(days: now / 86_400)
    let last = today.year + 50
    let year = last - ((last - digits) % 100 + 100) % 100
    let isLater = (month, day, time) > (today.month, today.day, now % 86_400)
    return year == last && isLater ? year - 100 : year
  }

  private static func seconds(year: Int64, month: Int64, day: Int64, time: Int64) -> Int64? {
    guard year >= 1, day >= 1, day <= CivilDate.dayCount(month: month, year: year) else {
      return nil
    }
    return CivilDate(year: year, month: month, day: day).days * 86_400 + time
  }

  private struct Reader {
    var position: Int

    mutating func nextByte(_ text: Span<UInt8>) -> UInt8? {
      guard position < text.count else { return nil }
      position += 1
      return text[position - 1]
    }

    mutating func skip(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
      guard position < text.count, text[position] == byte else { return false }
      position += 1
      return true
    }

    mutating func number(_ digits: Int, _ text: Span<UInt8>) -> Int64? {
      guard text.count - position >= digits,
        let value = ASCII.decimal(text.extracting(position..<position + digits))
      else { return nil }
      position += digits
      return Int64(value)
    }

    /// The month by its name: 1 to 12.
    mutating func month(_ text: Span<UInt8>) -> Int64? {
      guard text.count - position >= 3 else { return nil }
      let names = [UInt8](monthNames)
      for month in 0..<12
      where names[3 * month] == text[position] && names[3 * month + 1] == text[position + 1]
        && names[3 * month + 2] == text[position + 2]
      {
        position += 3
        return Int64(month + 1)
      }
      return nil
    }

    /// Seconds since midnight. A leap second counts as the second before it.
    mutating func time(_ text: Span<UInt8>) -> Int64? {
      guard let hours = number(2, text), skip(0x3a, text), let minutes = number(2, text),
        skip(0x3a, text), let seconds = number(2, text), hours < 24, minutes < 60, seconds <= 60
      else { return nil }
      return hours * 3600 + minutes * 60 + min(seconds, 59)
    }
  }
}
