// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Searches eight bytes per step, because HTTP heads are scanned several times.

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

  /// - Parameter flags: returns nonzero if one of eight bytes may match. False positives are allowed, false negatives
  ///   are not.
  @inline(__always) private func first(
    in range: Range<Int>, _ flags: (UInt64) -> UInt64, matches: (UInt8) -> Bool
  ) -> Int? {
    let end = Swift.min(range.upperBound, count)
    // Safety: each load lies between `index`, which is not negative, and `end`, which is at most `count`.
    return unsafe withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return nil }
      var index = Swift.max(range.lowerBound, 0)
      while index < end {
        if end - index >= 8,
          flags(unsafe (start + index).loadUnaligned(as: UInt64.self)) == 0
        {
          index += 8
          continue
        }
        let next = Swift.min(index + 8, end)
        while index < next {
          if matches(unsafe (start + index).load(as: UInt8.self)) { return index }
          index += 1
        }
      }
      return nil
    }
  }
}
