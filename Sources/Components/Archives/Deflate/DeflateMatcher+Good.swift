// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension DeflateMatcher {
  mutating func runGood(toTheEnd: Bool) {
    runFast(toTheEnd: toTheEnd)
  }
}
