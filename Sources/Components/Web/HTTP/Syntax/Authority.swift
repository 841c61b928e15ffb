// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A host with an optional port, as in Host fields and targets (RFC 9110 section 7.2, RFC 3986 section
/// 3.2): `uri-host [ ":" port ]`. User information is refused, and so is an empty host (RFC 9110
/// section 4.2.1). A port is empty or a 16-bit number.
struct Authority {
  var host: Range<Int>
  /// What follows the colon; nil if there is no colon.
  var port: Range<Int>?

  /// Parses `range` of `bytes`; nil if it is anything else.
  init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    guard !range.isEmpty else { return nil }
    let end =
      bytes[range.lowerBound] == 0x5b
      ? Self.literalEnd(bytes, range) : Self.nameEnd(bytes, range)
    guard let end, end > range.lowerBound else { return nil }
    host = range.lowerBound..<end
    guard end < range.upperBound else { return }
    guard bytes[end] == 0x3a, Self.isPort(bytes, end + 1..<range.upperBound) else { return nil }
    port = end + 1..<range.upperBound
  }

  private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var number = 0
    for index in range {
      guard ASCII.isDigit(bytes[index]) else { return false }
      number = number * 10 + Int(bytes[index] & 0xf)
      guard number <= 65_535 else { return false }
    }
    return true
  }

  /// The end of a `reg-name`, which IPv4 addresses match as well: the colon, or the end of the range.
  private static func nameEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      if Characters.isHostName(byte) {
        index += 1
      } else if byte == 0x25 {
        guard range.upperBound - index > 2, ASCII.hexadecimal(bytes[index + 1]) != nil,
          ASCII.hexadecimal(bytes[index + 2]) != nil
        else { return nil }
        index += 3
      } else {
        return byte == 0x3a ? index : nil
      }
    }
    return index
  }

  /// The end of an address in brackets, behind the closing one.
  private static func literalEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let start = range.lowerBound + 1
    guard let close = bytes.first(0x5d, in: start..<range.upperBound), close > start else {
      return nil
    }
    let isAddress =
      ASCII.lowercase(bytes[start]) == 0x76
      ? isFutureAddress(bytes, start + 1..<close) : isIPv6Address(bytes, start..<close)
    return isAddress ? close + 1 : nil
  }

  /// `IPvFuture` without its `v`: hexadecimal digits, a dot, and a name that may have colons.
  private static func isFutureAddress(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    while index < range.upperBound, ASCII.hexadecimal(bytes[index]) != nil { index += 1 }
    guard index > range.lowerBound, index + 1 < range.upperBound, bytes[index] == 0x2e else {
      return false
    }
    for index in index + 1..<range.upperBound
    where !Characters.isHostName(bytes[index]) && bytes[index] != 0x3a {
      return false
    }
    return true
  }

  /// Eight groups of up to four digits. An IPv4 address may replace the last two, and one `::` stands
  /// for one or more.
  private static func isIPv6Address(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    var groups = 0
    var isShort = false
    while index < range.upperBound {
      if bytes[index] == 0x3a {
        // The second colon of `::`; at the start of an address, the first one comes here, too.
        if index == range.lowerBound { index += 1 }
        guard index < range.upperBound, bytes[index] == 0x3a, !isShort else { return false }
        isShort = true
        index += 1
        continue
      }
      let start = index
      while index < range.upperBound, ASCII.hexadecimal(bytes[index]) != nil { index += 1 }
      if index < range.upperBound, bytes[index] == 0x2e {
        guard isIPv4Address(bytes, start..<range.upperBound) else { return false }
        groups += 2
        break
      }
      guard index > start, index - start <= 4 else { return false }
      groups += 1
      guard index < range.upperBound else { break }
      index += 1
      guard bytes[index - 1] == 0x3a, index < range.upperBound else { return false }
    }
    return isShort ? groups <= 7 : groups == 8
  }

  /// Four numbers up to 255 without leading zeros.
  private static func isIPv4Address(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    for part in 0..<4 {
      let start = index
      var number = 0
      while index < range.upperBound, index - start < 3, ASCII.isDigit(bytes[index]) {
        number = number * 10 + Int(bytes[index] & 0xf)
        index += 1
      }
      guard index > start, number <= 255, bytes[start] != 0x30 || index == start + 1 else {
        return false
      }
      guard part < 3 else { break }
      guard index < range.upperBound, bytes[index] == 0x2e else { return false }
      index += 1
    }
    return index == range.upperBound
  }
}
