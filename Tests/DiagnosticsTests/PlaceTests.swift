// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import Diagnostics

@Suite struct PlaceTests {
  @Test func locationsSortInReadingOrder() {
    let sorted = [
      SourceLocation(file: "a", line: 2, column: 9), SourceLocation(file: "a", line: 10, column: 1),
      SourceLocation(file: "a", line: 10, column: 2), SourceLocation(file: "b", line: 1, column: 1),
    ]
    #expect(sorted.reversed().sorted() == sorted)
  }

  @Test func errorsCarryAllTheirFindings() {
    let findings = [Finding(rule: "a", "one"), Finding(rule: "b", "two")]
    #expect(FindingsError(findings).findings == findings)
  }
}
