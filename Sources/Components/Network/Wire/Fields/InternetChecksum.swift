// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The Internet checksum (RFC 1071), computed piece by piece.
///
/// The sum is kept in the machine's byte order, as RFC 1071, 2 (B), allows, and swapped at the end.
public struct InternetChecksum: BitwiseCopyable, Sendable {
  // Sum of 16-bit words in the machine's order; 64 bits are far from overflow.
  private var total: UInt64 = 0
  // Whether an odd number of bytes was added, so that the next piece starts in mid-word.
  private var isOdd = false

  /// The sum of nothing.
  @inline(__always)
  public init() {}

  /// Adds a 16-bit field, at an even position.
  @inline(__always)
  public mutating func add(_ value: UInt16) { total &+= UInt64(value.bigEndian) }

  /// Adds a 32-bit field, at an even position.
  @inline(__always)
  public mutating func add(_ value: UInt32) {
    // No need to split it: 2^16 counts as 1 when the sum is folded.
    total &+= UInt64(value.bigEndian)
  }

  /// Adds any number of bytes.
  public mutating func add(_ bytes: borrowing RawSpan) {
    let sum = unsafe bytes.withUnsafeBytes { unsafe wordSum($0.baseAddress, nil, $0.count) }
    addPiece(sum, bytes.byteCount)
  }

  /// Adds bytes and copies them to `offset` of `target`, in one pass. Traps if they do not fit.
  public mutating func add(
    _ bytes: borrowing RawSpan, copyingTo target: inout MutableRawSpan, at offset: Int
  ) {
    let count = bytes.byteCount
    precondition(offset >= 0 && count <= target.byteCount - offset)
    guard count > 0 else { return }
    // Safety: both spans contain the bytes, as checked above; a mutable span overlaps no other.
    let sum = unsafe bytes.withUnsafeBytes { from in
      unsafe target.withUnsafeMutableBytes { to in
        guard let start = to.baseAddress else { return UInt64(0) }
        return unsafe wordSum(from.baseAddress, start + offset, count)
      }
    }
    addPiece(sum, count)
  }

  /// Adds a sum that was computed separately, at an even position.
  @inline(__always)
  public mutating func add(_ other: InternetChecksum) {
    total &+= other.total
    isOdd = other.isOdd
  }

  @inline(__always)
  private mutating func addPiece(_ sum: UInt64, _ byteCount: Int) {
    total &+= isOdd ? UInt64(fold(sum).byteSwapped) : sum
    isOdd = isOdd != (byteCount & 1 == 1)
  }

  /// The checksum field for what was added: the complement of the sum.
  @inline(__always)
  public var value: UInt16 { ~fold(total).bigEndian }

  /// Whether the checksum of what was added, including its field, is correct.
  @inline(__always)
  public var isIntact: Bool { fold(total) == 0xffff }

  @inline(__always)
  private func fold(_ sum: UInt64) -> UInt16 {
    let (half, carries) = UInt32(truncatingIfNeeded: sum).addingReportingOverflow(
      UInt32(truncatingIfNeeded: sum >> 32))
    let whole = half &+ (carries ? 1 : 0)
    // The lower half carries into the upper one and the upper into the lower.
    return UInt16(truncatingIfNeeded: (whole &+ (whole << 16 | whole >> 16)) >> 16)
  }
}

// The sum of the 16-bit words from `from` on, in the machine's order and not folded: below 2^46 for
// 2^30 bytes. Copies the bytes to `to`, unless it is nil.
// Safety: the callers provide `count` bytes at both pointers; every load and store lies within
// them, and any bit pattern is a number.
@inline(__always)
private func wordSum(
  _ from: UnsafeRawPointer?, _ to: UnsafeMutableRawPointer?, _ count: Int
) -> UInt64 {
  guard let from = unsafe from else { return 0 }
  var index = 0
  var sum: UInt64 = 0
  while count &- index >= 64 {
    let end = index &+ min((count &- index) & ~63, 1 << 16)
    sum &+= unsafe vectorSum(from, to, &index, end)
  }
  while index &+ 8 <= count {
    let word = unsafe (from + index).loadUnaligned(as: UInt64.self)
    unsafe to.map { unsafe ($0 + index).storeBytes(of: word, as: UInt64.self) }
    sum &+= (word & 0xffff_ffff) &+ (word >> 32)
    index &+= 8
  }
  if count & 4 != 0 {
    let word = unsafe (from + index).loadUnaligned(as: UInt32.self)
    unsafe to.map { unsafe ($0 + index).storeBytes(of: word, as: UInt32.self) }
    sum &+= UInt64(word)
    index &+= 4
  }
  if count & 2 != 0 {
    let word = unsafe (from + index).loadUnaligned(as: UInt16.self)
    unsafe to.map { unsafe ($0 + index).storeBytes(of: word, as: UInt16.self) }
    sum &+= UInt64(word)
    index &+= 2
  }
  if count & 1 != 0 {
    // An odd last byte is the first on the wire of a word whose second byte is zero.
    let byte = unsafe (from + index).load(as: UInt8.self)
    unsafe to.map { unsafe ($0 + index).storeBytes(of: byte, as: UInt8.self) }
    sum &+= UInt64((UInt16(byte) << 8).bigEndian)
  }
  return sum
}

// The same for `index ..< end`, a multiple of 64 and at most 64 KB, 128 bytes per turn, with two
// instructions per 16 bytes. Sums of whole 32-bit words wrap around; the sums of their upper halves
// tell by how much. Neither sums more than 4096 halves.
@inline(__always)
private func vectorSum(
  _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer?, _ index: inout Int, _ end: Int
) -> UInt64 {
  var whole = Words(repeating: 0)
  var upper = Words(repeating: 0)
  while index &+ 128 <= end {
    unsafe add(from, to, index, &whole, &upper)
    unsafe add(from, to, index &+ 64, &whole, &upper)
    index &+= 128
  }
  if index < end {
    unsafe add(from, to, index, &whole, &upper)
    index &+= 64
  }
  let lower = whole &- (upper &<< 16)
  return UInt64(lower.wrappedSum()) &+ UInt64(upper.wrappedSum())
}

private typealias Words = SIMD4<UInt32>

// 64 bytes from `index` on.
@inline(__always)
private func add(
  _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer?, _ index: Int, _ whole: inout Words,
  _ upper: inout Words
) {
  let start = unsafe from + index
  let first = unsafe start.loadUnaligned(as: Words.self)
  let second = unsafe start.loadUnaligned(fromByteOffset: 16, as: Words.self)
  let third = unsafe start.loadUnaligned(fromByteOffset: 32, as: Words.self)
  let fourth = unsafe start.loadUnaligned(fromByteOffset: 48, as: Words.self)
  if let target = unsafe to {
    let target = unsafe target + index
    unsafe target.storeBytes(of: first, as: Words.self)
    unsafe target.storeBytes(of: second, toByteOffset: 16, as: Words.self)
    unsafe target.storeBytes(of: third, toByteOffset: 32, as: Words.self)
    unsafe target.storeBytes(of: fourth, toByteOffset: 48, as: Words.self)
  }
  whole &+= first
  upper &+= first &>> 16
  whole &+= second
  upper &+= second &>> 16
  whole &+= third
  upper &+= third &>> 16
  whole &+= fourth
  upper &+= fourth &>> 16
}
