// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The continuous health tests of a generator's raw bytes: those of SP 800-90B, 4.4, and two for failures that these do
/// not see, a pattern and a block that repeat.
public struct HealthTests: Sendable {
  /// The test that failed.
  public enum Failure: Error, Equatable, Sendable {
    /// One byte came too often in a row (4.4.1).
    case repetition
    /// One byte came too often in a window (4.4.2).
    case proportion
    /// Too many bytes of a window equal the one at a certain distance before them.
    case pattern
    /// A block equals the one before it.
    case block
  }

  /// The longest distance of the pattern test, in bytes: that of a 128-bit register that does not change.
  public static var longestDistance: Int { 16 }

  /// The limits in use.
  public let cutoffs: HealthCutoffs

  // Repetition count.
  private var last: UInt8 = 0
  private var runLength = 0
  // Adaptive proportion: the window's first byte, how often it came, and how far the window is.
  private var first: UInt8 = 0
  private var firstCount = 0
  private var position = 0
  // The last 16 bytes in a ring, how many there were, and for each distance the repetitions in this window.
  private var recent = InlineArray<16, UInt8>(repeating: 0)
  private var recentCount = 0
  private var repeats = InlineArray<16, Int>(repeating: 0)
  // The block before.
  private var before = EntropyBlock()

  /// Tests for a source with `bitsPerByte` bits of min-entropy in each byte.
  public init(bitsPerByte: Int) { cutoffs = HealthCutoffs(bitsPerByte: bitsPerByte) }

  /// Tests a block, whose bytes follow those before without a gap.
  public mutating func check(_ block: EntropyBlock) throws(Failure) {
    for index in 0..<block.count { try check(block[index]) }
    // Short blocks may repeat by chance; those of 32 bytes do not, not even with one bit of entropy in each byte.
    if block.count >= 32, repeatsBlock(block) { throw .block }
    before = block
  }

  private func repeatsBlock(_ block: EntropyBlock) -> Bool {
    guard block.count == before.count else { return false }
    for index in 0..<block.count where block[index] != before[index] { return false }
    return true
  }

  private mutating func check(_ byte: UInt8) throws(Failure) {
    runLength = byte == last && runLength > 0 ? runLength &+ 1 : 1
    last = byte
    if runLength >= cutoffs.repetition { throw .repetition }
    if position == 0 {
      first = byte
      firstCount = 0
      repeats = InlineArray(repeating: 0)
    }
    if byte == first { firstCount &+= 1 }
    if firstCount >= cutoffs.proportion { throw .proportion }
    try checkPattern(byte)
    position = position &+ 1 < HealthCutoffs.window ? position &+ 1 : 0
  }

  private mutating func checkPattern(_ byte: UInt8) throws(Failure) {
    let longest = recentCount < Self.longestDistance ? recentCount : Self.longestDistance
    var distance = 1
    while distance <= longest {
      if recent[(recentCount &- distance) & 15] == byte {
        repeats[distance &- 1] &+= 1
        if repeats[distance &- 1] >= cutoffs.proportion { throw .pattern }
      }
      distance &+= 1
    }
    recent[recentCount & 15] = byte
    // Wraps to a number with the same place in the ring.
    recentCount = recentCount < 1 << 20 ? recentCount &+ 1 : 17
  }
}
