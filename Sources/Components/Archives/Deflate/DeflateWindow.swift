// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The last bytes of the input, in a ring, with those not yet compressed at its end. Positions are numbers of bytes since the
/// beginning, taken modulo the ring's size.
///
/// The ring's first bytes are repeated behind its end, so that a match can be compared across it without a check.
///
/// Safety: each position is masked, and behind the ring are the `margin` bytes that an access may go beyond it.
@safe struct DeflateWindow {
  private let bytes: UnsafeMutablePointer<UInt8>
  private let mask: Int
  /// A match has up to 258 bytes, and is compared eight at a time.
  private static var margin: Int { 272 }

  init(bits: Int, in memory: DeflateMemory) {
    mask = (1 << bits) - 1
    unsafe bytes = memory.take(byteCount: Self.byteCount(bits: bits))
      .bindMemory(to: UInt8.self, capacity: Self.byteCount(bits: bits))
  }

  static func byteCount(bits: Int) -> Int { 1 << bits + margin }

  var count: Int { mask &+ 1 }

  @inline(__always) func byte(at position: Int) -> UInt8 {
    unsafe bytes[position & mask]
  }

  /// Four bytes, the first in the lowest bits.
  @inline(__always) func word(at position: Int) -> UInt32 {
    unsafe UInt32(
      littleEndian: UnsafeRawPointer(bytes + position & mask).loadUnaligned(as: UInt32.self))
  }

  /// The number of bytes that are the same at two positions, `limit` (at most 258) at most.
  ///
  /// - Parameter known: as many are known to be the same; at most `limit`.
  @inline(__always) func matchLength(_ left: Int, _ right: Int, from known: Int, limit: Int) -> Int
  {
    // Safety: no index exceeds 258 + 7, which the margin allows.
    let left = unsafe UnsafeRawPointer(bytes + (left & mask))
    let right = unsafe UnsafeRawPointer(bytes + (right & mask))
    let limit = min(limit, 258)
    var length = known & 0x1ff
    while length < limit {
      let difference =
        unsafe (left + length).loadUnaligned(as: UInt64.self)
        ^ (right + length).loadUnaligned(as: UInt64.self)
      if difference != 0 {
        return min(
          length &+ UInt64(littleEndian: difference).trailingZeroBitCount &>> 3, limit)
      }
      length &+= 8
    }
    return limit
  }

  /// Copies `count` bytes of `source`, which has them, to `position`.
  func store(_ source: UnsafePointer<UInt8>, count: Int, at position: Int) {
    // Safety: no piece goes beyond the ring, and the copies behind it stay within the margin.
    var done = 0
    while done < count {
      let place = (position + done) & mask
      let piece = min(count - done, mask + 1 - place)
      unsafe copy(source + done, to: bytes + place, piece)
      if place < Self.margin {
        let copied = min(piece, Self.margin - place)
        unsafe copy(source + done, to: bytes + (mask + 1 + place), copied)
      }
      done += piece
    }
  }

  /// Copies up to `count` bytes from `position` to `target`, which has room for them; returns how many.
  func load(_ target: UnsafeMutablePointer<UInt8>, count: Int, at position: Int) -> Int {
    let place = position & mask
    let piece = min(count, mask + 1 - place)
    // Safety: the piece ends with the ring.
    unsafe copy(bytes + place, to: target, piece)
    return piece
  }

  /// Optimised for size, Embedded Swift would copy typed memory byte by byte.
  private func copy(
    _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ count: Int
  ) {
    unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count)
  }
}
