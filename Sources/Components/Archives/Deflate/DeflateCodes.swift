// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The codes of a block: frequencies of symbols, lengths and bits.
///
/// In `frequencies` and `lengths`, literals and match lengths begin at 0, distances at 288 and the lengths of codes at 320.
struct DeflateCodes {
  let frequencies: MaskedTable<UInt16>
  let lengths: MaskedTable<UInt16>
  /// Bits to write, with their number in the highest byte: for a literal at its byte, for a match's length less 3 from 256 on
  /// with the extra bits. Until they are known, this is `HuffmanLengths`'s.
  let bits: MaskedTable<UInt32>
  /// The same for distances, without extra bits.
  let distanceBits: MaskedTable<UInt32>
  /// The same for all that precedes a block's tokens, in order.
  let preamble: MaskedTable<UInt32>
  private(set) var preambleCount = 0
  /// The same for the end of the block.
  private(set) var endBits: UInt32 = 0
  private let finder: HuffmanLengths

  static var distances: Int { 288 }
  static var codeLengths: Int { 320 }
  static var end: Int { 256 }

  init(in memory: DeflateMemory) {
    frequencies = MaskedTable(bits: 9, in: memory)
    lengths = MaskedTable(bits: 9, in: memory)
    bits = MaskedTable(bits: 9, in: memory)
    distanceBits = MaskedTable(bits: 5, in: memory)
    preamble = MaskedTable(bits: 9, in: memory)
    finder = HuffmanLengths(sorted: preamble, nodes: bits)
  }

  static var byteCount: Int { 2 << 9 + 2 << 9 + 4 << 9 + 4 << 5 + 4 << 9 }

  // MARK: Costs

  /// Sums up the frequencies of symbols. Returns the extra bits of all matches.
  func countSymbols(_ tokens: DeflateTokens) -> Int {
    for byte in 0..<256 { frequencies[byte] = tokens.counts[byte] }
    frequencies[Self.end] = 1
    for symbol in 257..<288 { frequencies[symbol] = 0 }
    var extraBits = 0
    for length in 0..<256 {
      let count = tokens.counts[DeflateTokens.lengths + length]
      if count == 0 { continue }
      let code = LengthCode(length)
      frequencies[code.symbol] &+= count
      extraBits &+= Int(count) &* code.extraBits
    }
    for symbol in 0..<32 {
      let count = tokens.counts[DeflateTokens.distances + symbol]
      frequencies[Self.distances + symbol] = count
      extraBits &+= Int(count) &* max(symbol &>> 1 &- 1, 0)
    }
    return extraBits
  }

  /// Bits of all symbols with the present lengths.
  func cost() -> Int {
    var sum = 0
    for symbol in 0..<320 {
      sum &+= Int(frequencies[symbol]) &* Int(lengths[symbol])
    }
    return sum
  }

  /// Bits of all symbols with the fixed lengths.
  func fixedCost() -> Int {
    var sum = 0
    for symbol in 0..<288 {
      sum &+= Int(frequencies[symbol]) &* Self.fixedLength(symbol)
    }
    for symbol in 288..<320 { sum &+= Int(frequencies[symbol]) &* 5 }
    return sum
  }

  private static func fixedLength(_ symbol: Int) -> Int {
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
  }

  // MARK: Preambles

  mutating func clearPreamble() { preambleCount = 0 }

  mutating func addToPreamble(_ value: Int, _ length: Int) {
    preamble[preambleCount] = UInt32(truncatingIfNeeded: value | length << 24)
    preambleCount += 1
  }

  /// Makes the preamble of a block with the fixed lengths.
  mutating func beginFixed(isLast: Bool) {
    clearPreamble()
    addToPreamble((isLast ? 1 : 0) | 1 << 1, 3)
  }

  /// Makes the preamble and the end of a block without symbols: the fixed code of its end is seven zeroes.
  mutating func useEmptyBlock(isLast: Bool) {
    beginFixed(isLast: isLast)
    endBits = 7 << 24
  }

  /// Sets the fixed lengths (RFC 1951, 3.2.6).
  func useFixedLengths() {
    for symbol in 0..<288 { lengths[symbol] = UInt16(Self.fixedLength(symbol)) }
    for symbol in 288..<320 { lengths[symbol] = 5 }
  }

  /// Finds the best lengths, and makes the preamble that tells them (RFC 1951, 3.2.7). Returns its bits, without the three in
  /// which each block says its kind.
  mutating func findLengths(isLast: Bool) -> Int {
    finder.find(frequencies, lengths, from: 0, count: 288, limit: 15)
    finder.find(frequencies, lengths, from: Self.distances, count: 32, limit: 15)
    var literalCount = 286
    while lengths[literalCount - 1] == 0 { literalCount -= 1 }
    var distanceCount = 30
    while lengths[Self.distances + distanceCount - 1] == 0, distanceCount > 1 { distanceCount -= 1 }

    // The items come after the room for the lengths of their codes, which their making uses.
    let first = 20
    for symbol in 0..<19 { frequencies[Self.codeLengths + symbol] = 0 }
    preambleCount = first
    var index = 0
    let count = literalCount + distanceCount
    while index < count {
      index += addRun(from: index, literalCount, count)
    }
    finder.find(frequencies, lengths, from: Self.codeLengths, count: 19, limit: 7)
    let codes = canonicalCodes(from: Self.codeLengths, count: 19)
    return finishPreamble(first, literalCount, distanceCount, codes, isLast)
  }

  private func length(_ index: Int, _ literalCount: Int) -> UInt16 {
    lengths[index < literalCount ? index : index &- literalCount &+ Self.distances]
  }

  /// Adds the item for the lengths from `index` on. Returns for how many it stands.
  private mutating func addRun(from index: Int, _ literalCount: Int, _ count: Int) -> Int {
    let value = length(index, literalCount)
    var run = 1
    while run < 138, index &+ run < count, length(index &+ run, literalCount) == value { run &+= 1 }
    if value == 0 {
      if run >= 11 {
        addItem(18, run - 11, 7)
        return run
      }
      if run >= 3 {
        addItem(17, run - 3, 3)
        return run
      }
    } else if index > 0, length(index &- 1, literalCount) == value {
      if run >= 3 {
        run = min(run, 6)
        addItem(16, run - 3, 2)
        return run
      }
    }
    addItem(Int(value), 0, 0)
    return 1
  }

  private mutating func addItem(_ symbol: Int, _ extra: Int, _ extraBits: Int) {
    frequencies[Self.codeLengths + symbol] &+= 1
    preamble[preambleCount] = UInt32(truncatingIfNeeded: symbol | extra << 8 | extraBits << 16)
    preambleCount += 1
  }

  private mutating func finishPreamble(
    _ first: Int, _ literalCount: Int, _ distanceCount: Int, _ codes: InlineArray<19, UInt32>,
    _ isLast: Bool
  ) -> Int {
    let order: InlineArray<19, Int> = [
      16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ]
    var codeCount = 19
    while lengths[Self.codeLengths + order[codeCount - 1]] == 0, codeCount > 4 { codeCount -= 1 }
    let itemsEnd = preambleCount
    preambleCount = 0
    let counts = (literalCount - 257) | (distanceCount - 1) << 5 | (codeCount - 4) << 10
    addToPreamble((isLast ? 1 : 0) | 2 << 1 | counts << 3, 17)
    for index in 0..<codeCount { addToPreamble(Int(lengths[Self.codeLengths + order[index]]), 3) }
    var sum = 14 + 3 * codeCount
    for index in first..<itemsEnd {
      let item = Int(preamble[index])
      let symbol = item & 31
      let length = Int(lengths[Self.codeLengths + symbol])
      addToPreamble(Int(codes[symbol]) | (item >> 8 & 255) << length, length + item >> 16)
      sum += length + item >> 16
    }
    return sum
  }

  // MARK: Codes

  /// Sets the bits of all symbols by their lengths (RFC 1951, 3.2.2).
  mutating func makeBits() {
    var next = firstCodes(from: 0, count: 288)
    for symbol in 0..<256 { bits[symbol] = code(symbol, &next) }
    endBits = code(Self.end, &next)
    var length = 0
    for symbol in 257..<285 {
      let code = code(symbol, &next)
      let size = code >> 24
      let extraBits = LengthCode(length).extraBits
      for extra in 0..<1 << extraBits where length < 255 {
        bits[256 + length] =
          (code & 0xffff) | UInt32(extra) << size | (size &+ UInt32(extraBits)) << 24
        length += 1
      }
    }
    bits[511] = code(285, &next)
    next = firstCodes(from: Self.distances, count: 32)
    for symbol in 0..<32 { distanceBits[symbol] = code(Self.distances + symbol, &next) }
  }

  /// The first code of each length.
  private func firstCodes(from start: Int, count: Int) -> InlineArray<16, UInt32> {
    var counts = InlineArray<16, UInt32>(repeating: 0)
    for symbol in start..<start + count { counts[Int(lengths[symbol] & 15)] &+= 1 }
    counts[0] = 0
    var codes = InlineArray<16, UInt32>(repeating: 0)
    for length in 1..<16 { codes[length] = (codes[length - 1] &+ counts[length - 1]) &<< 1 }
    return codes
  }

  /// The next code of a symbol's length, its first bit lowest, with the length in the highest byte; 0 if it has none.
  @inline(__always) private func code(_ symbol: Int, _ next: inout InlineArray<16, UInt32>)
    -> UInt32
  {
    let length = Int(lengths[symbol] & 15)
    if length == 0 { return 0 }
    let code = next[length]
    next[length] = code &+ 1
    return reversed(code, length) | UInt32(length) << 24
  }

  private func canonicalCodes(from start: Int, count: Int) -> InlineArray<19, UInt32> {
    var next = firstCodes(from: start, count: count)
    var codes = InlineArray<19, UInt32>(repeating: 0)
    for symbol in 0..<19 { codes[symbol] = code(start + symbol, &next) & 0xffff }
    return codes
  }

  /// The lowest `length` bits (1 to 16) in reverse.
  @inline(__always) private func reversed(_ code: UInt32, _ length: Int) -> UInt32 {
    var value = code
    value = (value & 0x5555) &<< 1 | value &>> 1 & 0x5555
    value = (value & 0x3333) &<< 2 | value &>> 2 & 0x3333
    value = (value & 0x0f0f) &<< 4 | value &>> 4 & 0x0f0f
    value = (value & 0x00ff) &<< 8 | value &>> 8 & 0x00ff
    return value &>> UInt32(16 &- length)
  }
}
