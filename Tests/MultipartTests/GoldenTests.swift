// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Multipart
import TestSupport
import Testing

/// Bodies as clients send them, however they are divided.
@Suite struct GoldenTests {
  @Test func theirParts() throws {
    for golden in GoldenBody.all {
      let boundary = try MultipartBoundary(contentType: Array(golden.type.utf8).span)
      #expect(boundary.bytes == Array(golden.boundary.utf8))
      #expect(reports(golden.body, golden.boundary) == golden.reports, "\(golden.client)")
    }
  }

  @Test func everyDivisionInTwo() {
    for golden in GoldenBody.all {
      for end in golden.body.indices {
        let found = reports(golden.body, golden.boundary, ends: [end])
        #expect(found == golden.reports, "\(golden.client), \(end)")
      }
      let single = reports(golden.body, golden.boundary, ends: Array(golden.body.indices))
      #expect(single == golden.reports, "\(golden.client), byte by byte")
    }
  }

  @Test func divisionsInManyAndCallersThatWait() {
    var random = SeededGenerator(seed: 1)
    for golden in GoldenBody.all {
      for _ in 0..<fuzzIterations(100) {
        let ends = random.ends(golden.body.count)
        let found = reports(golden.body, golden.boundary, ends: ends) { offered in
          random.chance(500) ? offered : random.below(offered + 1)
        }
        #expect(found == golden.reports, "\(golden.client), \(ends)")
      }
    }
  }

  /// A body that was cut off is not taken for a whole one, whatever the division.
  @Test func everyTruncationIsAnError() {
    for golden in GoldenBody.all {
      // Only the line end of the last line may be missing.
      let last = golden.body.count - (golden.body.last == 10 ? 2 : 0)
      for count in 0..<last {
        let body = Array(golden.body[..<count])
        for ends in [[], [count / 2], Array(body.indices)] {
          let found = reports(body, golden.boundary, ends: ends)
          let isError =
            found.last == .error(.unexpectedEnd) || found.last == .error(.boundaryMissing)
          #expect(isError, "\(golden.client), \(count)")
        }
      }
      let whole = reports(Array(golden.body[..<last]), golden.boundary)
      #expect(whole == golden.reports, "\(golden.client)")
    }
  }
}
