// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemChecks
import SystemModel
import SystemReports
import TestSupport
import Testing

@testable import SystemConversion

@Suite struct ConversionPropertyTests {
  private func load(_ bytes: [UInt8], _ sdk: SDKVersion) throws -> SystemDescription {
    try loadSystem(bytes, file: "f", sdk: sdk).description
  }

  /// `SERVAL_FUZZ_ITERATIONS` lengthens it.
  @Test func theResultIsAcceptedAndMeansTheSame() throws {
    var (exact, lossy) = (0, 0)
    for round in 0..<fuzzIterations(250) {
      var random = SeededGenerator(seed: UInt64(round))
      let (source, target) = (random.pick(SDKVersion.allCases)!, random.pick(SDKVersion.allCases)!)
      var generator = RandomSystem(sdk: source, seed: random.next())
      let text = try generator.text()
      let bytes = Array(text.utf8)
      let note: Comment = "\(source) to \(target): \(text)"
      let before = try load(bytes, source)
      let there = try convert(bytes, file: "f", from: source, to: target)
      #expect(!there.findings.contains { $0.rule.hasPrefix("unknown-") }, note)
      guard there.isComplete else {
        // Everything that stands in the way can be left out.
        let rest = try convert(bytes, file: "f", from: source, to: target, isLossy: true)
        #expect(rest.isComplete, "\(rest.findings) \(note)")
        _ = try load(rest.bytes, target)
        lossy += 1
        continue
      }
      let after = try load(there.bytes, target)
      #expect(diff(before, after, sdk: source, afterSDK: target) == [], note)
      let back = try convert(there.bytes, file: "f", from: target, to: source)
      #expect(back.isComplete, "\(back.findings) \(note)")
      #expect(diff(before, try load(back.bytes, source), sdk: source) == [], note)
      exact += 1
    }
    #expect(exact > 0 && lossy > 0)
  }

  /// Damaged files are refused or converted to what the target accepts.
  @Test func mutations() throws {
    for round in 0..<fuzzIterations(500) {
      var random = SeededGenerator(seed: UInt64(round) &+ 1 << 32)
      let (source, target) = (random.pick(SDKVersion.allCases)!, random.pick(SDKVersion.allCases)!)
      var generator = RandomSystem(sdk: source, seed: random.next())
      var bytes = Array(try generator.text().utf8)
      for _ in 0...random.below(3) {
        let at = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[at] = UInt8(random.below(256))
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(30)))
        default:
          let other = random.below(bytes.count)
          let piece = bytes[other..<min(bytes.count, other + random.below(40))]
          bytes.insert(contentsOf: Array(piece), at: at)
        }
      }
      guard
        let result = try? convert(
          bytes, file: "f", from: random.chance(500) ? source : nil, to: target,
          isLossy: random.chance(500)),
        result.isComplete
      else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(throws: Never.self, "\(text)") { try load(result.bytes, target) }
    }
  }
}
