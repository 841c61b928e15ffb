// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import Diagnostics

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("priorty", "priority"),  // a letter left out
    ("prioritty", "priority"),  // one too many
    ("prioroty", "priority"),  // a wrong one
    ("proirity", "priority"),  // two swapped count once
    ("mapp", "map"), ("map", "map"), ("pt", "pp"),
  ])
  func findsWhatWasMeant(_ mistyped: String, _ meant: String) {
    let known = ["name", "priority", "budget", "period", "map", "pp"]
    #expect(nearestName(to: mistyped, in: known) == meant)
  }

  @Test(arguments: ["colour", "p", "", "xyz", "prty"])
  func doesNotGuessWildly(_ name: String) {
    #expect(nearestName(to: name, in: ["priority", "budget"]) == nil)
  }

  @Test func theNearestWinsAndTheFirstOfEquals() {
    #expect(nearestName(to: "perio", in: ["period", "perio", "peri"]) == "perio")
    #expect(nearestName(to: "cat", in: ["bat", "hat"]) == "bat")
    #expect(nearestName(to: "x", in: []) == nil)
  }

  @Test func allowedDistanceGrowsWithTheName() {
    // Three letters allow one slip, nine allow three.
    #expect(nearestName(to: "abc", in: ["axx"]) == nil)
    #expect(nearestName(to: "abcdefghi", in: ["abcdefxxx"]) == "abcdefxxx")
    #expect(nearestName(to: "abcdefghi", in: ["abcdexxxx"]) == nil)
  }

  @Test func aSwapAfterTheLimitsEdgeStillCounts() {
    #expect(nearestName(to: "abcdefghijkl", in: ["badcfeghijlk"]) == "badcfeghijlk")
    #expect(nearestName(to: "abcdefghijkl", in: ["badcfehgjilk"]) == nil)
  }

  @Test func hugeNamesAreNotCompared() {
    let huge = String(repeating: "a", count: 1_000_000)
    #expect(nearestName(to: huge, in: [huge + "b"]) == nil)
    #expect(nearestName(to: "a", in: [huge, "b"]) == "b")
  }

  @Test func countsCharactersNotBytes() {
    #expect(nearestName(to: "caf\u{e9}", in: ["cafe"]) == "cafe")
  }
}
