// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// How often a mutation test tries: `standard`, or SERVAL_FUZZ_ITERATIONS.
func fuzzIterations(_ standard: Int) -> Int {
  getenv("SERVAL_FUZZ_ITERATIONS").flatMap { Int(String(cString: $0)) } ?? standard
}
