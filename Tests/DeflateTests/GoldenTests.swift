// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import Testing

/// Small streams, worked out by RFC 1951.
@Suite struct GoldenTests {
  @Test(arguments: DeflateLevel.allCases) func empty(_ level: DeflateLevel) {
    // Last block, fixed codes, end of block: 1, 01, 0000000.
    #expect(deflated([], level) == [0x03, 0x00])
  }

  @Test(arguments: DeflateLevel.allCases) func oneByte(_ level: DeflateLevel) {
    // 1, 01, then a's code, 10010001 from the left, and the end.
    #expect(deflated(Array("a".utf8), level) == [0x4b, 0x04, 0x00])
  }

  @Test(arguments: DeflateLevel.allCases) func match(_ level: DeflateLevel) {
    // As above, then length 9 (0000111), distance 1 (00000), and the end.
    let input = [UInt8](repeating: 0x61, count: 10)
    #expect(deflated(input, level) == [0x4b, 0x84, 0x03, 0x00])
  }

  @Test(arguments: DeflateLevel.allCases) func stored(_ level: DeflateLevel) {
    // Bytes that have nine bits each with fixed codes, and too many lengths with others.
    let input: [UInt8] = (0..<40).map { index in 0x90 + UInt8(index * 37 % 112) }
    #expect(deflated(input, level) == [1, 40, 0, 215, 255] + input)
  }

  @Test(arguments: DeflateLevel.allCases) func dynamic(_ level: DeflateLevel) {
    // The last block, with the kind 2 in the next two bits.
    #expect(deflated(Corpus.text.bytes(3000), level)[0] & 7 == 5)
  }
}
