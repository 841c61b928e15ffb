// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed gives the same numbers, so that a failure can be
/// repeated.
public struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  /// Any seed gives a full sequence.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number from 0 to `limit` - 1.
  public mutating func below<Number: FixedWidthInteger & UnsignedInteger>(_ limit: Number) -> Number
  {
    Number(truncatingIfNeeded: next() % UInt64(limit))
  }

  /// A number from 0 to `limit` - 1.
  public mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

/// The number of rounds of a fuzz test: SERVAL_FUZZ_ITERATIONS, or else `standard`.
public func fuzzIterations(_ standard: Int) -> Int {
  getenv("SERVAL_FUZZ_ITERATIONS").flatMap { Int(String(cString: $0)) } ?? standard
}
