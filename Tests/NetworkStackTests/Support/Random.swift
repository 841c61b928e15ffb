// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// A seeded generator (SplitMix64): each run of a test is the same.
struct Random {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }
  /// True with a probability in thousandths.
  mutating func chance(_ perMille: Int) -> Bool { below(1000) < perMille }
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}

/// Iterations of a fuzz test: `SERVAL_FUZZ_ITERATIONS`, or the few of a normal run.
func fuzzIterations(_ few: Int) -> Int {
  getenv("SERVAL_FUZZ_ITERATIONS").flatMap { Int(String(cString: $0)) } ?? few
}
