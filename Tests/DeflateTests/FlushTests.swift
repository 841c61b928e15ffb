// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import TestSupport
import Testing

/// What comes before a flush can be read before anything else comes.
@Suite struct FlushTests {
  @Test(arguments: DeflateLevel.allCases) func partsAreReadable(_ level: DeflateLevel) {
    var deflater = Deflater(level: level)
    let input = Corpus.html.bytes(30_000)
    var random = SeededGenerator(seed: 1)
    var (done, output) = (0, [UInt8]())
    while done < input.count {
      let end = min(done + Int(random.below(2000)), input.count)
      output += deflater.compress(Array(input[done..<end]), .sync)
      done = end
      #expect(inflated(output, atMost: done, ends: false) == Array(input[..<done]))
    }
    output += deflater.compress([])
    #expect(inflated(output, atMost: done) == input)
  }

  @Test(arguments: DeflateLevel.allCases) func flushingTwiceWritesNothing(_ level: DeflateLevel) {
    var deflater = Deflater(level: level)
    #expect(deflater.compress([], .sync) == [])
    #expect(deflater.compress(Array("a".utf8), .sync) == [0x4a, 4, 0, 0, 0, 0xff, 0xff])
    #expect(deflater.compress([], .sync) == [])
    #expect(deflater.compress([]) == [3, 0])
  }

  @Test(arguments: DeflateLevel.allCases) func roomOfOneByte(_ level: DeflateLevel) {
    var deflater = Deflater(level: level)
    let input = Corpus.noise.bytes(3000)
    let output = deflater.compress(input, .sync, in: Pieces(input: { 7 }, room: { 1 }))
    #expect(output.suffix(4) == [0, 0, 0xff, 0xff])
    #expect(inflated(output, atMost: input.count, ends: false) == input)
  }
}
