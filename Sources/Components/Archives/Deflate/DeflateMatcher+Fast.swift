// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension DeflateMatcher {
  mutating func runFast(toTheEnd: Bool) {
    let (window, tokens, buckets, shift) = (window, tokens, buckets, shift)
    let full = tokens.room
    var position = position
    var count = tokenCount
    var misses = misses
    let end = position + lookahead
    // Less than this is left for later, or to the end.
    let last = end - (toTheEnd ? 4 : Self.minimumLookahead)
    let maximumDistance = UInt32(maximumDistance)
    while position <= last, count < full {
      let word = window.word(at: position)
      let bucket = Int((word &<< 8 &* 0x9e37_79b1) &>> shift)
      let number = UInt32(truncatingIfNeeded: position)
      let candidates = buckets[bucket]
      buckets[bucket] = candidates &<< 16 | number & 0xffff
      var length = 0
      var distance = 0
      let first = (number &- candidates) & 0xffff
      if first &- 1 < maximumDistance,
        (window.word(at: position &- Int(first)) ^ word) &<< 8 == 0
      {
        distance = Int(first)
        length = window.matchLength(
          position, position &- distance, from: 3, limit: end &- position)
      }
      let second = (number &- candidates &>> 16) & 0xffff
      if second &- 1 < maximumDistance, length < 32,
        (window.word(at: position &- Int(second)) ^ word) &<< 8 == 0
      {
        let other = window.matchLength(
          position, position &- Int(second), from: 3, limit: end &- position)
        if other > length { (length, distance) = (other, Int(second)) }
      }
      if length < 4, length == 0 || distance > 4096 {
        tokens.addLiteral(UInt8(truncatingIfNeeded: word), &count)
        position &+= 1
        misses &+= 1
        var skipped = Self.skipped(misses, most: 8)
        while skipped > 0, position < end, count < full {
          tokens.addLiteral(window.byte(at: position), &count)
          position &+= 1
          skipped &-= 1
        }
        continue
      }
      misses = 0
      tokens.addMatch(length: length, distance: distance, &count)
      let next = position &+ length
      position &+= 1
      if length > 12 { position = next &- 2 }
      while position < next, position <= end &- 4 {
        let word = window.word(at: position)
        let bucket = Int((word &<< 8 &* 0x9e37_79b1) &>> shift)
        buckets[bucket] =
          buckets[bucket] &<< 16 | UInt32(truncatingIfNeeded: position) & 0xffff
        position &+= 1
      }
      position = next
    }
    if toTheEnd {
      while position < end, count < full, position > last {
        tokens.addLiteral(window.byte(at: position), &count)
        position &+= 1
      }
    }
    tokenCount = count
    self.position = position
    self.misses = misses
    lookahead = end - position
  }
}
