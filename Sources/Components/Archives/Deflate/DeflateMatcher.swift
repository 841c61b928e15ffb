// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The part that turns the input into tokens: literals, and matches with earlier input.
struct DeflateMatcher {
  let level: DeflateLevel
  let window: DeflateWindow
  let tokens: DeflateTokens
  /// For `.fast`: the last two positions of three bytes by their hash, the later one in the lower half.
  let buckets: MaskedTable<UInt32>
  /// For `.good`: the last position of four bytes by their hash.
  let heads: MaskedTable<UInt16>
  /// For `.good`: how far before a position the one before it in its chain is.
  let links: MaskedTable<UInt16>
  /// For `.good`: the last position of three bytes by their hash.
  let triples: MaskedTable<UInt16>
  /// Bits by which a hash of 32 bits is shifted for the table.
  let shift: UInt32
  let tripleShift: UInt32

  /// Where the next token begins. Positions are bytes since the beginning, and those that are the same modulo 65536 are treated
  /// alike; `take` keeps them small.
  var position = Self.start
  /// Where the block began for which tokens are collected.
  var blockStart = Self.start
  /// Bytes in the window from `position` on.
  var lookahead = 0
  var tokenCount = 0
  /// A match found at `position`, which a longer one at the next position may replace.
  var held = DeflateMatch.none
  /// Literals since the last match, without those that were skipped.
  var misses = 0

  /// The first position. From there on, the zeroes of empty tables are further away than a match may be, until there are as many
  /// bytes.
  private static var start: Int { 32768 }
  /// A match of three bytes from further away takes more bits than three literals.
  static var furthestTriple: Int { 4096 }
  /// A hash is the upper bits of a product with this number, 2^32 divided by the golden ratio (Knuth 3, 6.4).
  static var multiplier: UInt32 { 0x9e37_79b1 }
  /// A match has 3 to 258 bytes, and hashes take four, also those of the next position.
  static var minimumLookahead: Int { 258 + 4 + 1 }
  /// Bytes that are taken before they are compressed.
  static var maximumLookahead: Int { 1024 }

  init(_ level: DeflateLevel, _ layout: DeflateLayout, in memory: DeflateMemory) {
    self.level = level
    window = DeflateWindow(bits: layout.window, in: memory)
    tokens = DeflateTokens(bits: layout.tokens, in: memory)
    if let bits = layout.links {
      heads = MaskedTable(bits: layout.heads, in: memory)
      links = MaskedTable(bits: bits, in: memory)
      buckets = MaskedTable(bits: 0, in: memory)
    } else {
      buckets = MaskedTable(bits: layout.heads, in: memory)
      heads = MaskedTable(bits: 0, in: memory)
      links = heads
    }
    triples = MaskedTable(bits: layout.triples ?? 0, in: memory)
    shift = UInt32(32 - layout.heads)
    tripleShift = UInt32(32 - (layout.triples ?? 0))
  }

  /// The furthest distance of a match: bytes behind it may be overwritten by those ahead.
  var maximumDistance: Int { window.count &- Self.maximumLookahead }

  var isFull: Bool { tokenCount >= tokens.room }
  /// Whether all input has become tokens.
  var isIdle: Bool { lookahead == 0 && held.length == 0 }
  var block: DeflateBlock {
    DeflateBlock(start: blockStart, byteCount: position - blockStart, tokenCount: tokenCount)
  }

  mutating func beginBlock() {
    blockStart = position
    tokenCount = 0
    tokens.clearCounts()
  }

  /// Whether the stream has begun.
  var hasTakenInput: Bool { position + lookahead > Self.start }

  /// Begins another stream; if this one has taken input, its memory must have been erased.
  mutating func reset() {
    (position, lookahead, held, misses) = (Self.start, 0, .none, 0)
    blockStart = Self.start
    tokenCount = 0
  }

  /// Takes what fits of `input`; returns how many bytes that was.
  mutating func take(_ input: UnsafeBufferPointer<UInt8>) -> Int {
    let count = min(input.count, Self.maximumLookahead - lookahead)
    guard count > 0, let start = input.baseAddress else { return 0 }
    unsafe window.store(start, count: count, at: position + lookahead)
    lookahead += count
    if position >= 1 << 24 {
      position -= 1 << 23
      blockStart -= 1 << 23
    }
    return count
  }

  /// Adds up to `number` literals before `end`, as far as there is room.
  @inline(__always) func addLiterals(
    _ number: Int, _ position: inout Int, _ end: Int, _ count: inout Int
  ) {
    var rest = number
    while rest > 0, position < end, count < tokens.room {
      tokens.addLiteral(window.byte(at: position), &count)
      position &+= 1
      rest &-= 1
    }
  }

  /// Literals to write without looking for matches, after as many misses: data without matches has none soon.
  @inline(__always) static func skipped(_ misses: Int, most: Int) -> Int {
    min(misses &>> 6, most)
  }

  mutating func run(toTheEnd: Bool) {
    switch level {
    case .fast: runFast(toTheEnd: toTheEnd)
    case .good: runGood(toTheEnd: toTheEnd)
    }
  }
}

/// The bytes and tokens of a block.
struct DeflateBlock {
  var start: Int
  var byteCount: Int
  var tokenCount: Int
}
