// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension DeflateMatcher {
  /// In matches longer than this, only the last two positions are inserted.
  private static var longInsertion: Int { 12 }
  /// A match of this length is taken without a look at the second candidate.
  private static var enough: Int { 32 }

  /// Takes the longer of two candidates at each position.
  mutating func runFast(toTheEnd: Bool) {
    // A copy, whose tables stay in registers.
    let tables = self
    var (position, count, misses) = (position, tokenCount, misses)
    let full = tokens.room
    let end = position &+ lookahead
    // Less than this is left for later, or to the end.
    let last = end &- (toTheEnd ? 4 : Self.minimumLookahead)
    while position <= last, count < full {
      let word = tables.window.word(at: position)
      let match = tables.longerMatch(position, word, tables.replace(position, word), end)
      if match.length < 4, match.length == 0 || match.distance > Self.furthestTriple {
        tables.tokens.addLiteral(UInt8(truncatingIfNeeded: word), &count)
        position &+= 1
        misses &+= 1
        tables.addLiterals(Self.skipped(misses, most: 8), &position, end, &count)
        continue
      }
      misses = 0
      tables.tokens.addMatch(match, &count)
      var inserted = position &+ (match.length > Self.longInsertion ? match.length &- 2 : 1)
      position &+= match.length
      while inserted < position, inserted <= end &- 4 {
        _ = tables.replace(inserted, tables.window.word(at: inserted))
        inserted &+= 1
      }
    }
    if toTheEnd, position > last { tables.addLiterals(Int.max, &position, end, &count) }
    lookahead = end &- position
    (self.position, tokenCount, self.misses) = (position, count, misses)
  }

  /// Puts a position into the bucket of the first three bytes of `word`. Returns the two that were there.
  @inline(__always) private func replace(_ position: Int, _ word: UInt32) -> UInt32 {
    let bucket = Int((word &<< 8 &* Self.multiplier) &>> shift)
    let candidates = buckets[bucket]
    buckets[bucket] = candidates &<< 16 | UInt32(truncatingIfNeeded: position) & 0xffff
    return candidates
  }

  @inline(__always) private func longerMatch(
    _ position: Int, _ word: UInt32, _ candidates: UInt32, _ end: Int
  ) -> DeflateMatch {
    let number = UInt32(truncatingIfNeeded: position)
    let match = match(position, word, (number &- candidates) & 0xffff, end)
    if match.length >= Self.enough { return match }
    let other = self.match(position, word, (number &- candidates &>> 16) & 0xffff, end)
    return other.length > match.length ? other : match
  }

  /// The match at a distance; none if it is 0, too far, or fewer than three bytes are the same.
  @inline(__always) private func match(
    _ position: Int, _ word: UInt32, _ distance: UInt32, _ end: Int
  ) -> DeflateMatch {
    guard distance &- 1 < UInt32(truncatingIfNeeded: maximumDistance) else { return .none }
    let place = position &- Int(distance)
    guard (window.word(at: place) ^ word) &<< 8 == 0 else { return .none }
    let length = window.matchLength(position, place, from: 3, limit: end &- position)
    return DeflateMatch(length: length, distance: Int(distance))
  }
}
