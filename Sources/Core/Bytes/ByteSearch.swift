// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Searches eight bytes per step, because HTTP heads and bodies are searched for what separates their parts.

private let ones: UInt64 = 0x0101_0101_0101_0101
private let tops: UInt64 = 0x8080_8080_8080_8080

extension Span where Element == UInt8 {
  /// The index of the first `byte` in `range`, or nil.
  public func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
    let pattern = ones &* UInt64(byte)
    return first(in: range) { word in
      let difference = word ^ pattern
      return (difference &- ones) & ~difference & tops
    } matches: {
      $0 == byte
    }
  }

  /// The index of the first ASCII control character (below 0x20, or 0x7f) in `range`, or nil.
  public func firstControl(in range: Range<Int>) -> Int? {
    first(in: range) { word in
      let delete = word ^ (ones &* 0x7f)
      return ((word &- ones &* 0x20) & ~word | (delete &- ones) & ~delete) & tops
    } matches: {
      $0 < 0x20 || $0 == 0x7f
    }
  }

  /// The index of the first byte in `range` that is neither an ASCII letter nor a digit nor a hyphen, or nil.
  public func firstOutsideName(in range: Range<Int>) -> Int? {
    first(in: range) { word in
      // The sums stay below 256, so that no byte changes the next one.
      let low = word & ~tops
      let lowercase = low | ones &* 0x20
      let letter = (lowercase &+ ones &* (0x80 - 0x61)) & ~(lowercase &+ ones &* (0x80 - 0x7b))
      let digit = (low &+ ones &* (0x80 - 0x30)) & ~(low &+ ones &* (0x80 - 0x3a))
      let hyphen = ~((low ^ ones &* 0x2d) &+ ones &* 0x7f)
      return ~((letter | digit | hyphen) & ~word) & tops
    } matches: {
      !(ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x2d)
    }
  }

  /// - Parameter flags: of eight bytes, returns the top bit of each that matches. Behind the first match it may be wrong,
  ///   as what is subtracted for it borrows from the bytes behind.
  @inline(__always) private func first(
    in range: Range<Int>, _ flags: (UInt64) -> UInt64, matches: (UInt8) -> Bool
  ) -> Int? {
    let end = Swift.min(range.upperBound, count)
    // Safety: each load lies between `index`, which is not negative, and `end`, which is at most `count`.
    return unsafe withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return nil }
      var index = Swift.max(range.lowerBound, 0)
      while end &- index >= 8 {
        let word = UInt64(littleEndian: unsafe (start + index).loadUnaligned(as: UInt64.self))
        let found = flags(word)
        if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
        index &+= 8
      }
      while index < end {
        if matches(unsafe (start + index).load(as: UInt8.self)) { return index }
        index &+= 1
      }
      return nil
    }
  }
}
