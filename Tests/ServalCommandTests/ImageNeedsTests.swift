// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Testing

@testable import ServalCommand

@Suite struct ImageNeedsTests {
  /// The built-in system has an option for the heap; in systems of your own it is in the description.
  @Test(arguments: [
    ("program", "generate it with --set heap=14 or more"),
    ("mine", "add the domain with heap: .mebibytes(14) or more"),
  ])
  func theFixForASmallHeapIsTheSystems(_ system: String, _ fix: String) {
    let need = UnmetNeed(
      domain: "a", image: "a.elf", kind: .heap(given: .mebibytes(1), needed: 13_000_000),
      system: system)
    #expect(need.finding.fix == fix)
  }
}
