// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The tokens of a block, and how often each occurs.
///
/// A literal is one number, its byte. A match is two: its length less 3, with the highest bit set, and its distance less 1.
struct DeflateTokens {
  let numbers: MaskedTable<UInt16>
  /// Counts of literals by byte, from 256 on of matches by length less 3, and from 512 on by the distance's code.
  let counts: MaskedTable<UInt16>

  init(bits: Int, in memory: DeflateMemory) {
    numbers = MaskedTable(bits: bits, in: memory)
    counts = MaskedTable(bits: Self.countBits, in: memory)
  }

  static var countBits: Int { 10 }
  static var lengths: Int { 256 }
  static var distances: Int { 512 }

  /// A block with as many numbers may have no room for another match.
  var room: Int { numbers.count &- 1 }

  @inline(__always) func addLiteral(_ byte: UInt8, _ count: inout Int) {
    numbers[count] = UInt16(byte)
    counts[Int(byte)] &+= 1
    count &+= 1
  }

  @inline(__always) func addMatch(_ match: DeflateMatch, _ count: inout Int) {
    let (length, distance) = (match.length &- 3, match.distance &- 1)
    numbers[count] = 0x8000 | UInt16(truncatingIfNeeded: length)
    numbers[count &+ 1] = UInt16(truncatingIfNeeded: distance)
    counts[Self.lengths + length & 255] &+= 1
    counts[Self.distances + DistanceCode(distance).symbol] &+= 1
    count &+= 2
  }

  func clearCounts() { counts.erase() }
}

/// The code of a distance (RFC 1951, 3.2.5).
struct DistanceCode {
  let symbol: Int
  let extraBits: Int

  /// - Parameter distance: less 1, 0 to 32767.
  @inline(__always) init(_ distance: Int) {
    // The symbol is twice the number of the highest bit, plus the bit below it.
    let top = 63 &- (distance | 1).leadingZeroBitCount
    if distance < 2 {
      symbol = distance
      extraBits = 0
    } else {
      extraBits = top &- 1
      symbol = 2 &* top &+ (distance &>> (top &- 1)) & 1
    }
  }
}

/// The code of a match's length (RFC 1951, 3.2.5).
struct LengthCode {
  let symbol: Int
  let extraBits: Int

  /// - Parameter length: less 3, 0 to 255.
  init(_ length: Int) {
    if length < 8 {
      (symbol, extraBits) = (257 + length, 0)
    } else if length == 255 {
      (symbol, extraBits) = (285, 0)
    } else {
      // Four symbols for each highest bit, by the two bits below it.
      let top = 63 - length.leadingZeroBitCount
      extraBits = top - 2
      symbol = 257 + 4 * (top - 1) + (length >> (top - 2)) & 3
    }
  }
}
