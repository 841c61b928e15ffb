// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension DeflateMatcher {
  @inline(__always) private func bucket(_ word: UInt32) -> Int {
    Int((word &* 0x9e37_79b1) &>> shift)
  }

  mutating func runFast(toTheEnd: Bool) {
    var position = position
    var count = tokenCount
    let end = position + lookahead
    // Less than this is left for later, or to the end.
    let last = end - (toTheEnd ? 4 : Self.minimumLookahead)
    while position <= last, !tokens.isFull(count) {
      let word = window.word(at: position)
      let hash = bucket(word)
      let candidates = buckets[hash]
      buckets[hash] = candidates &<< 16 | UInt32(truncatingIfNeeded: position) & 0xffff
      let furthest = min(position, maximumDistance)
      let limit = min(end &- position, 258)
      var length = 0
      var distance = 0
      let first = (position &- Int(candidates & 0xffff)) & 0xffff
      if first &- 1 < furthest, first > 0, window.word(at: position &- first) == word {
        length = window.matchLength(position, position &- first, from: 4, limit: limit)
        distance = first
      }
      let second = (position &- Int(candidates &>> 16)) & 0xffff
      if second &- 1 < furthest, second > 0, length < 32,
        window.word(at: position &- second) == word
      {
        let other = window.matchLength(position, position &- second, from: 4, limit: limit)
        if other > length { (length, distance) = (other, second) }
      }
      if length == 0 {
        tokens.addLiteral(UInt8(truncatingIfNeeded: word), &count)
        position &+= 1
        continue
      }
      tokens.addMatch(length: length, distance: distance, &count)
      let next = position &+ length
      position &+= 1
      while position < next, position <= last {
        let word = window.word(at: position)
        let hash = bucket(word)
        buckets[hash] = buckets[hash] &<< 16 | UInt32(truncatingIfNeeded: position) & 0xffff
        position &+= 1
      }
      position = next
    }
    if toTheEnd {
      while position < end, !tokens.isFull(count), position > last {
        tokens.addLiteral(window.byte(at: position), &count)
        position &+= 1
      }
    }
    tokenCount = count
    self.position = position
    lookahead = end - position
  }
}
