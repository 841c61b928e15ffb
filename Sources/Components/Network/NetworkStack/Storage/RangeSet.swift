// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

/// At most 16 ranges of sequence numbers, in order and not touching each other: data that has
/// arrived out of order, or that a peer reports as received.
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

  /// Adds a range and joins those that it touches. If that would be one too many, nothing changes.
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

  /// Whether the set contains any number of `range`.
  mutating func overlaps(_ range: SequenceRange) -> Bool {
    for index in 0..<count
    where ranges[index].start < range.end && range.start < ranges[index].end { return true }
    return false
  }

  /// Removes everything below `limit`.
  mutating func removeBelow(_ limit: SequenceNumber) {
    var gone = 0
    while gone < count, ranges[gone].end <= limit { gone &+= 1 }
    if gone > 0 {
      for index in gone..<count { ranges[index &- gone] = ranges[index] }
      count &-= gone
    }
    if count > 0, ranges[0].start < limit { ranges[0].start = limit }
  }

  /// How many numbers of `start ..< end` the set lacks.
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

  /// The first part of `start ..< end` that the set lacks.
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

#if !hasFeature(Embedded)
  extension RangeSet {
    /// Whether the ranges are in order, apart, not empty and within `low ... high`.
    func isSound(from low: SequenceNumber, to high: SequenceNumber) -> Bool {
      var end: SequenceNumber?
      for index in 0..<count {
        let range = ranges[index]
        guard range.start < range.end, end.map({ $0 < range.start }) ?? (low <= range.start) else {
          return false
        }
        end = range.end
      }
      return end.map { $0 <= high } ?? true
    }
  }
#endif
