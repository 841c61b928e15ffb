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
  /// A match of three bytes from further away takes more bits than three literals.
  private static var furthestTriple: Int { 4096 }

  mutating func runGood(toTheEnd: Bool) {
    var position = position
    var count = tokenCount
    var misses = misses
    var held = Match(length: heldLength, distance: heldDistance)
    // A copy, whose tables stay in registers.
    let tables = self
    let (window, tokens) = (window, tokens)
    let full = tokens.room
    let end = position + lookahead
    let last = end - (toTheEnd ? 4 : Self.minimumLookahead)
    // Up to here, the next position can be looked at, too.
    let lastButOne = toTheEnd ? last - 1 : last
    while position <= last, count < full {
      var match = held
      held = Match(length: 0, distance: 0)
      if match.length == 0 {
        match = tables.search(position, longerThan: 3, depth: Self.depth, end)
      }
      if match.length == 0 {
        tokens.addLiteral(window.byte(at: position), &count)
        position &+= 1
        misses &+= 1
        var skipped = Self.skipped(misses, most: 4)
        while skipped > 0, position < end, count < full {
          tokens.addLiteral(window.byte(at: position), &count)
          position &+= 1
          skipped &-= 1
        }
        continue
      }
      misses = 0
      var inserted = position &+ 1
      if match.length < Self.enough, position <= lastButOne {
        let next = tables.search(
          inserted, longerThan: match.length,
          depth: match.length < Self.decent ? Self.depth / 2 : Self.depth / 8, end)
        if next.isBetter(than: match) {
          tokens.addLiteral(window.byte(at: position), &count)
          position &+= 1
          held = next
          continue
        }
        inserted &+= 1
      }
      tokens.addMatch(length: match.length, distance: match.distance, &count)
      position &+= match.length
      while inserted < position, inserted <= end &- 4 {
        tables.insert(inserted)
        inserted &+= 1
      }
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
    (heldLength, heldDistance) = (held.length, held.distance)
  }

  @inline(__always) private func head(_ word: UInt32) -> Int {
    Int((word &* 0x9e37_79b1) &>> shift)
  }

  @inline(__always) private func triple(_ word: UInt32) -> Int {
    Int(((word &<< 8) &* 0x9e37_79b1) &>> tripleShift)
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
  ) -> Match {
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
    var match = Match(length: 0, distance: 0)
    if best == 3, tripleDistance &- 1 < Self.furthestTriple, tripleDistance > 0,
      (window.word(at: position &- tripleDistance) ^ word) &<< 8 == 0
    {
      match = Match(length: 3, distance: tripleDistance)
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
          match = Match(length: length, distance: distance)
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

/// A match; none if its length is 0.
private struct Match {
  var length: Int
  var distance: Int

  /// Whether this match, of the next position, is worth a literal before it: each byte more saves about four bits, and each
  /// doubling of the distance costs one.
  @inline(__always) func isBetter(than other: Match) -> Bool {
    guard length > 0 else { return false }
    let farther = other.distance.leadingZeroBitCount &- distance.leadingZeroBitCount
    return 4 &* (length &- other.length) &- farther > 2
  }
}
