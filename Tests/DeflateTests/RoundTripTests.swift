// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import TestSupport
import Testing

/// zlib inflates what comes out to what went in, however it is split.
@Suite struct RoundTripTests {
  @Test(arguments: Corpus.allCases, DeflateLevel.allCases)
  func corpus(_ corpus: Corpus, _ level: DeflateLevel) {
    let input = corpus.bytes(150_000)
    let output = deflated(input, level)
    #expect(inflated(output, atMost: input.count) == input)
  }

  /// Positions are taken modulo 65536, and made smaller from time to time.
  @Test(arguments: DeflateLevel.allCases) func longInput(_ level: DeflateLevel) {
    var input = Corpus.zeros.bytes(17 << 20)
    input.replaceSubrange((1 << 20)..<(1 << 20) + 40_000, with: Corpus.html.bytes(40_000))
    input += Corpus.text.bytes(70_000)
    let output = deflated(input, level)
    #expect(output.count < 90_000)
    #expect(inflated(output, atMost: input.count) == input)
  }

  @Test(arguments: DeflateLevel.allCases) func everySmallSize(_ level: DeflateLevel) {
    let input = Corpus.html.bytes(600)
    for count in 0...600 {
      let part = Array(input[..<count])
      let output = deflated(part, level)
      #expect(inflated(output, atMost: count) == part)
    }
  }

  @Test(arguments: DeflateLevel.allCases) func oneByteAtATime(_ level: DeflateLevel) {
    let input = Corpus.html.bytes(20_000) + Corpus.noise.bytes(10_000)
    let whole = deflated(input, level)
    #expect(deflated(input, level, in: Pieces(input: { 1 }, room: { 1 << 16 })) == whole)
    #expect(deflated(input, level, in: Pieces(input: { 1 << 16 }, room: { 1 })) == whole)
    #expect(deflated(input, level, in: Pieces(input: { 1 }, room: { 1 })) == whole)
  }

  /// The output depends on the input alone.
  @Test(arguments: Corpus.allCases, DeflateLevel.allCases)
  func piecesMakeNoDifference(_ corpus: Corpus, _ level: DeflateLevel) {
    let input = corpus.bytes(60_000)
    let whole = deflated(input, level)
    for seed in 0..<4 as Range<UInt64> {
      var sizes = SeededGenerator(seed: seed)
      var rooms = SeededGenerator(seed: seed + 100)
      let pieces = Pieces(
        input: { Int(sizes.below(seed % 2 == 0 ? 5000 : 300)) },
        room: { Int(rooms.below(seed < 2 ? 2000 : 40)) })
      #expect(deflated(input, level, in: pieces) == whole)
    }
  }

  @Test(arguments: DeflateLevel.allCases) func resetLeavesNoTrace(_ level: DeflateLevel) {
    let secret = Corpus.text.bytes(50_000)
    let input = Corpus.text.bytes(20_000)
    let fresh = deflated(input, level)
    var deflater = Deflater(level: level)
    // Ended; not ended; in the middle of a block's output.
    _ = deflater.compress(secret)
    deflater.reset()
    #expect(deflater.compress(input) == fresh)
    deflater.reset()
    _ = deflater.compress(secret, .none)
    deflater.reset()
    #expect(deflater.compress(input) == fresh)
    deflater.reset()
    var few: [UInt8] = []
    few.append(addingCapacity: 100) { output in
      _ = deflater.compress(secret.span, into: &output, .finish)
    }
    deflater.reset()
    #expect(deflater.compress(input) == fresh)
  }

  @Test(arguments: DeflateLevel.allCases) func takesNothingAfterTheEnd(_ level: DeflateLevel) {
    var deflater = Deflater(level: level)
    _ = deflater.compress([1, 2, 3])
    #expect(deflater.compress([]) == [])
    var output: [UInt8] = []
    output.append(addingCapacity: 10) { output in
      let progress = deflater.compress([4].span, into: &output, .finish)
      #expect(progress.consumed == 0 && progress.produced == 0 && !progress.isDone)
    }
  }
}
