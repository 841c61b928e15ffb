// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed gives the same numbers on every machine, so that a failure
/// can be repeated. Every test that needs random numbers uses it.
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Starts the sequence of a seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number of `0..<limit`; 0 for a limit of 0.
  public mutating func below<Number: FixedWidthInteger>(_ limit: Number) -> Number {
    Number(next() % UInt64(max(limit, 1)))
  }

  /// True in `perMille` of a thousand calls.
  public mutating func chance(_ perMille: Int) -> Bool { below(1000) < perMille }

  /// `count` random bytes.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// One of `elements`, or nil if there are none.
  public mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[below(elements.count)]
  }
}

/// How many rounds a fuzz test runs: `SERVAL_FUZZ_ITERATIONS` if that is set, else `standard`.
public func fuzzIterations(_ standard: Int) -> Int {
  getenv("SERVAL_FUZZ_ITERATIONS").flatMap { Int(String(cString: $0)) } ?? standard
}
