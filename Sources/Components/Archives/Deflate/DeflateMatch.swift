// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A match of 3 to 258 bytes at an earlier position, or none if its length is 0.
struct DeflateMatch {
  var length: Int
  var distance: Int

  static var none: DeflateMatch { DeflateMatch(length: 0, distance: 0) }

  /// Whether this match, of the next position, is worth a literal before it: each byte more saves about four bits, and each
  /// doubling of the distance costs one.
  @inline(__always) func isBetter(than other: DeflateMatch) -> Bool {
    guard length > 0 else { return false }
    let farther = other.distance.leadingZeroBitCount &- distance.leadingZeroBitCount
    return 4 &* (length &- other.length) &- farther > 2
  }
}
