// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

/// Ranges of numbers that go round, in order, none touching another; 16 at most. What has arrived
/// out of order, or what a peer says has.
struct RangeSet: BitwiseCopyable {
  static var limit: Int { 16 }

  private var ranges = InlineArray<16, SequenceRange>(
    repeating: SequenceRange(SequenceNumber(0), SequenceNumber(0)))
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  @inline(__always)
  subscript(index: Int) -> SequenceRange { mutating get { ranges[index] } }

  mutating func removeAll() { count = 0 }

  enum Insertion { case added, alreadyThere, noRoom }

  /// Adds a range, joining those that it touches. Where that would be one too many, nothing changes.
  mutating func insert(_ new: SequenceRange) -> Insertion {
    guard new.start < new.end else { return .alreadyThere }
    var low = 0
    while low < count, ranges[low].end < new.start { low &+= 1 }
    var high = low
    var joined = new
    while high < count, ranges[high].start <= new.end {
      if ranges[high].start <= new.start, new.end <= ranges[high].end { return .alreadyThere }
      joined.start = .min(joined.start, ranges[high].start)
      joined.end = .max(joined.end, ranges[high].end)
      high &+= 1
    }
    if high == low {
      guard count < RangeSet.limit else { return .noRoom }
      var index = count
      while index > low {
        ranges[index] = ranges[index &- 1]
        index &-= 1
      }
      count &+= 1
    } else {
      let gone = high &- low &- 1
      if gone > 0 {
        for index in high..<count { ranges[index &- gone] = ranges[index] }
        count &-= gone
      }
    }
    ranges[low] = joined
    return .added
  }

  /// Whether any number of `range` is there.
  mutating func overlaps(_ range: SequenceRange) -> Bool {
    for index in 0..<count
    where ranges[index].start < range.end && range.start < ranges[index].end { return true }
    return false
  }

  /// Drops everything below `limit`.
  mutating func removeBelow(_ limit: SequenceNumber) {
    var gone = 0
    while gone < count, ranges[gone].end <= limit { gone &+= 1 }
    if gone > 0 {
      for index in gone..<count { ranges[index &- gone] = ranges[index] }
      count &-= gone
    }
    if count > 0, ranges[0].start < limit { ranges[0].start = limit }
  }

  /// How many numbers from `start` up to `end` are not there.
  mutating func missing(from start: SequenceNumber, to end: SequenceNumber) -> Int {
    guard start < end else { return 0 }
    var total = end - start
    for index in 0..<count {
      let low = SequenceNumber.max(ranges[index].start, start)
      let high = SequenceNumber.min(ranges[index].end, end)
      if low < high { total &-= high - low }
    }
    return total
  }

  /// The first stretch at or behind `start` and before `end` that is not there.
  mutating func firstMissing(from start: SequenceNumber, to end: SequenceNumber) -> SequenceRange? {
    var low = start
    for index in 0..<count {
      if ranges[index].end <= low { continue }
      if ranges[index].start > low {
        let high = SequenceNumber.min(ranges[index].start, end)
        return low < high ? SequenceRange(low, high) : nil
      }
      low = ranges[index].end
    }
    return low < end ? SequenceRange(low, end) : nil
  }
}
