// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The Internet checksum (RFC 1071), summed piece by piece.
///
/// The sum is kept in the machine's byte order, as 1071 section 2 (B) allows, and turned at the end.
public struct InternetChecksum: BitwiseCopyable, Sendable {
  // Sum of 16-bit words in the machine's order; far from overflow with 64 bits.
  private var total: UInt64 = 0
  // Whether an odd number of bytes was added, so that the next piece starts in mid-word.
  private var isOdd = false

  @inline(__always)
  public init() {}

  /// Adds a 16-bit field. Only at an even position.
  @inline(__always)
  public mutating func add(_ value: UInt16) { total &+= UInt64(value.bigEndian) }

  /// Adds a 32-bit field. Only at an even position.
  @inline(__always)
  public mutating func add(_ value: UInt32) {
    let turned = value.bigEndian
    total &+= UInt64(turned & 0xffff) &+ UInt64(turned >> 16)
  }

  /// Adds bytes, of any number.
  public mutating func add(_ bytes: borrowing RawSpan) {
    let sum = wordSum(bytes)
    let folded = fold(sum)
    total &+= UInt64(isOdd ? folded.byteSwapped : folded)
    isOdd = isOdd != (bytes.byteCount & 1 == 1)
  }

  /// The value of a checksum field over what was added: the complement of the sum.
  @inline(__always)
  public var value: UInt16 { ~fold(total).bigEndian }

  /// Whether what was added, its checksum field included, is intact.
  @inline(__always)
  public var isIntact: Bool { fold(total) == 0xffff }

  @inline(__always)
  private func fold(_ sum: UInt64) -> UInt16 {
    var sum = (sum & 0xffff_ffff) &+ (sum >> 32)
    sum = (sum & 0xffff) &+ (sum >> 16)
    sum = (sum & 0xffff) &+ (sum >> 16)
    sum = (sum & 0xffff) &+ (sum >> 16)
    return UInt16(truncatingIfNeeded: sum)
  }
}

// Adds 32-bit halves into 64-bit lanes, which 2^32 words could not make overflow. The compiler turns
// the 32-byte step into two loads and four widening additions.
private func wordSum(_ bytes: borrowing RawSpan) -> UInt64 {
  let count = bytes.byteCount
  var index = 0
  var lanes = SIMD2<UInt64>(repeating: 0)
  var others = SIMD2<UInt64>(repeating: 0)
  // Safety: each load is within `count`, and every pattern of bits is a number.
  while index &+ 32 <= count {
    let first = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: index, as: SIMD4<UInt32>.self)
    let second = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: index &+ 16, as: SIMD4<UInt32>.self)
    lanes &+= SIMD2(truncatingIfNeeded: first.lowHalf)
    others &+= SIMD2(truncatingIfNeeded: first.highHalf)
    lanes &+= SIMD2(truncatingIfNeeded: second.lowHalf)
    others &+= SIMD2(truncatingIfNeeded: second.highHalf)
    index &+= 32
  }
  lanes &+= others
  var sum = lanes[0] &+ lanes[1]
  while index &+ 4 <= count {
    let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt32.self)
    sum &+= UInt64(word)
    index &+= 4
  }
  if index &+ 2 <= count {
    let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt16.self)
    sum &+= UInt64(word)
    index &+= 2
  }
  // A last single byte is the first on the wire of a word whose second is zero.
  if index < count { sum &+= UInt64((UInt16(bytes.byte(at: index)) << 8).bigEndian) }
  return sum
}
