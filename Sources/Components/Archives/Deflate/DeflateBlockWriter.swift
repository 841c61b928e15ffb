// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The part that turns a block's tokens into bits, of the kind of block that takes the fewest.
struct DeflateBlockWriter {
  private enum Kind { case none, coded, stored }

  private var codes: DeflateCodes
  private var bits = BitBuffer()
  private var kind = Kind.none
  private var isLast = false
  private var block = DeflateBlock(start: 0, byteCount: 0, tokenCount: 0)
  /// What has been written of the preamble, and of the tokens or the stored bytes.
  private var preambleIndex = 0
  private var index = 0

  init(in memory: DeflateMemory) { codes = DeflateCodes(in: memory) }

  mutating func reset() {
    codes.clearPreamble()
    bits = BitBuffer()
    kind = .none
    (preambleIndex, index) = (0, 0)
  }

  // MARK: Beginning

  /// Begins to write a block. The last one must have been written.
  mutating func begin(
    _ block: DeflateBlock, isLast: Bool, _ tokens: DeflateTokens, mostStored: Int
  ) {
    self.block = block
    self.isLast = isLast
    (preambleIndex, index) = (0, 0)
    kind = .coded
    if block.tokenCount == 0 {
      // The end alone takes ten bits, and less time than finding that out.
      codes.useEmptyBlock(isLast: isLast)
      return
    }
    let extraBits = codes.countSymbols(tokens)
    let dynamicCost = codes.findLengths(isLast: isLast) + codes.cost() + extraBits
    let fixedCost = codes.fixedCost() + extraBits
    let padding = -(bits.count + 3) & 7
    let storedCost =
      block.byteCount <= mostStored ? padding + 32 + 8 * block.byteCount : Int.max
    if storedCost < min(dynamicCost, fixedCost) {
      kind = .stored
      beginStored(block.byteCount, isLast: isLast)
      return
    }
    if fixedCost <= dynamicCost {
      codes.useFixedLengths()
      codes.beginFixed(isLast: isLast)
    }
    codes.makeBits()
  }

  /// Begins to write an empty stored block, after which the output ends with a whole byte.
  mutating func beginMarker() {
    block = DeflateBlock(start: 0, byteCount: 0, tokenCount: 0)
    isLast = false
    (preambleIndex, index) = (0, 0)
    kind = .stored
    beginStored(0, isLast: false)
  }

  private mutating func beginStored(_ count: Int, isLast: Bool) {
    codes.clearPreamble()
    let padding = -(bits.count + 3) & 7
    codes.addToPreamble(isLast ? 1 : 0, 3 + padding)
    codes.addToPreamble(count & 0xffff, 16)
    codes.addToPreamble(~count & 0xffff, 16)
  }

  // MARK: Writing

  /// Writes what there is room for. Returns whether that was all.
  mutating func drain(
    into output: inout DeflateOutput, _ window: DeflateWindow, _ tokens: DeflateTokens
  ) -> Bool {
    while preambleIndex < codes.preambleCount {
      guard bits.makeRoom(for: 24, &output) else { return false }
      bits.append(entry: codes.preamble[preambleIndex])
      preambleIndex += 1
    }
    switch kind {
    case .none: break
    case .coded: guard drainTokens(into: &output, tokens) else { return false }
    case .stored: guard drainStored(into: &output, window) else { return false }
    }
    kind = .none
    output.append(&bits)
    return bits.count < 8
  }

  private mutating func drainTokens(into output: inout DeflateOutput, _ tokens: DeflateTokens)
    -> Bool
  {
    // Copies, which stay in registers.
    let (numbers, table, distanceTable) = (tokens.numbers, codes.bits, codes.distanceBits)
    let end = block.tokenCount
    var (index, bits, room) = (index, bits, output)
    defer { (self.index, self.bits, output) = (index, bits, room) }
    while index < end {
      let token = numbers[index]
      if token < 0x8000 {
        guard bits.makeRoom(for: 15, &room) else { return false }
        bits.append(entry: table[Int(token)])
        index &+= 1
        continue
      }
      guard bits.makeRoom(for: 48, &room) else { return false }
      bits.append(entry: table[256 + Int(token & 0xff)])
      let distance = Int(numbers[index &+ 1])
      let code = DistanceCode(distance)
      bits.append(entry: distanceTable[code.symbol])
      bits.append(
        UInt64(truncatingIfNeeded: distance & (1 &<< code.extraBits &- 1)), code.extraBits)
      index &+= 2
    }
    guard index == end else { return true }
    guard bits.makeRoom(for: 48, &room) else { return false }
    bits.append(entry: codes.endBits)
    if isLast { bits.append(0, -bits.count & 7) }
    index += 1
    return true
  }

  private mutating func drainStored(into output: inout DeflateOutput, _ window: DeflateWindow)
    -> Bool
  {
    output.append(&bits)
    guard bits.count == 0 else { return false }
    index += output.append(window, at: block.start + index, count: block.byteCount - index)
    return index == block.byteCount
  }
}

extension BitBuffer {
  /// Makes room for `length` bits, at most 48. Returns false if the output is full.
  @inline(__always) mutating func makeRoom(for length: Int, _ output: inout DeflateOutput) -> Bool {
    if count <= 63 &- length { return true }
    output.append(&self)
    return count <= 63 &- length
  }

  /// Appends bits whose number is in the highest byte.
  @inline(__always) mutating func append(entry: UInt32) {
    append(UInt64(entry & 0xff_ffff), Int(entry &>> 24))
  }
}
