// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension DeflateMatcher {
  /// A match of this length is taken without a look at the next position.
  private static var enough: Int { 32 }
  /// A match of this length ends the search.
  private static var nice: Int { 128 }
  /// Links that a search follows.
  private static var depth: Int { 64 }
  /// From this length on, fewer links are followed for a longer match at the next position.
  private static var decent: Int { 8 }

  /// Looks through chains of candidates, and at the next position before it takes a match.
  mutating func runGood(toTheEnd: Bool) {
    // A copy, whose tables stay in registers.
    let tables = self
    var (position, count, misses) = (position, tokenCount, misses)
    var held = held
    let full = tokens.room
    let end = position &+ lookahead
    // Less than this is left for later, or to the end.
    let last = end &- (toTheEnd ? 4 : Self.minimumLookahead)
    // Up to here, the next position can be looked at, too.
    let lastButOne = toTheEnd ? last &- 1 : last
    while position <= last, count < full {
      var match = held
      held = .none
      if match.length == 0 {
        match = tables.search(position, longerThan: 3, depth: Self.depth, end)
      }
      if match.length == 0 {
        tables.tokens.addLiteral(tables.window.byte(at: position), &count)
        position &+= 1
        misses &+= 1
        tables.addLiterals(Self.skipped(misses, most: 4), &position, end, &count)
        continue
      }
      misses = 0
      var inserted = position &+ 1
      if match.length < Self.enough, position <= lastButOne {
        let depth = match.length < Self.decent ? Self.depth / 2 : Self.depth / 8
        let next = tables.search(inserted, longerThan: match.length, depth: depth, end)
        if next.isBetter(than: match) {
          tables.tokens.addLiteral(tables.window.byte(at: position), &count)
          position &+= 1
          held = next
          continue
        }
        inserted &+= 1
      }
      tables.tokens.addMatch(match, &count)
      position &+= match.length
      while inserted < position, inserted <= end &- 4 {
        tables.insert(inserted)
        inserted &+= 1
      }
    }
    if toTheEnd, position > last { tables.addLiterals(Int.max, &position, end, &count) }
    lookahead = end &- position
    (self.position, tokenCount, self.misses, self.held) = (position, count, misses, held)
  }

  @inline(__always) private func head(_ word: UInt32) -> Int {
    Int((word &* Self.multiplier) &>> shift)
  }

  @inline(__always) private func triple(_ word: UInt32) -> Int {
    Int(((word &<< 8) &* Self.multiplier) &>> tripleShift)
  }

  @inline(__always) private func insert(_ position: Int) {
    let word = window.word(at: position)
    let number = UInt16(truncatingIfNeeded: position)
    let head = head(word)
    links[position] = number &- heads[head]
    heads[head] = number
    triples[triple(word)] = number
  }

  /// Looks for a match longer than `best` bytes, at least 3, and inserts the position. For 3, a match of three bytes will do.
  @inline(__always) private func search(
    _ position: Int, longerThan best: Int, depth: Int, _ end: Int
  ) -> DeflateMatch {
    let word = window.word(at: position)
    let number = UInt16(truncatingIfNeeded: position)
    let head = head(word)
    let nearest = number &- heads[head]
    links[position] = nearest
    heads[head] = number
    let triple = triple(word)
    let tripleDistance = Int(number &- triples[triple])
    triples[triple] = number

    let furthest = maximumDistance
    var match = DeflateMatch.none
    if best == 3, tripleDistance &- 1 < Self.furthestTriple, tripleDistance > 0,
      (window.word(at: position &- tripleDistance) ^ word) &<< 8 == 0
    {
      match = DeflateMatch(length: 3, distance: tripleDistance)
    }
    let limit = min(end &- position, 258)
    guard best < limit else { return match }
    var best = best
    let nice = min(Self.nice, limit)
    var tailPosition = position &+ best &- 3
    var tail = window.word(at: tailPosition)
    var distance = Int(nearest)
    var depth = depth
    while distance <= furthest, depth > 0 {
      if window.word(at: tailPosition &- distance) == tail {
        let length = window.matchLength(position, position &- distance, from: 0, limit: limit)
        if length > best, distance > 0 {
          match = DeflateMatch(length: length, distance: distance)
          if length >= nice { break }
          best = length
          tailPosition = position &+ best &- 3
          tail = window.word(at: tailPosition)
        }
      }
      distance &+= Int(links[position &- distance])
      depth &-= 1
    }
    return match
  }
}
