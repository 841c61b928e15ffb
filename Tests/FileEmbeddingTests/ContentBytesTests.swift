// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import TestSupport
import Testing

@testable import FileEmbedding

@Suite struct ContentBytesTests {
  /// FIPS 180-4's examples, by their first 128 bits.
  @Test(
    arguments: [
      ("", 0xe3b0_c442_98fc_1c14, 0x9afb_f4c8_996f_b924),
      ("abc", 0xba78_16bf_8f01_cfea, 0x4141_40de_5dae_2223),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 0x248d_6a61_d206_38b8,
        0xe5c0_2693_0c3e_6039
      ),
    ] as [(String, UInt64, UInt64)])
  func knownHashes(_ text: String, _ high: UInt64, _ low: UInt64) {
    let hash = ContentBytes.hash(Array(text.utf8))
    #expect(hash.high == high && hash.low == low)
  }

  /// All lengths around the ends of blocks, against the system's program.
  @Test func hashesOfAllLengths() throws {
    let folder = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(folder) }
    var random = SeededGenerator(seed: 1)
    var expected: [String] = []
    var paths: [String] = []
    for count in Array(0...130) + [4096, 100_001] {
      let bytes = random.bytes(count)
      let path = "\(folder)/\(count)"
      try Files.replace(path, with: bytes)
      paths.append(path)
      let hash = ContentBytes.hash(bytes)
      expected.append(ContentLiteral.hex(hash.high) + ContentLiteral.hex(hash.low))
    }
    let sums = try Subprocess.run(["sha256sum"] + paths)
    let lines = String(decoding: sums.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.map { String($0.prefix(32)) } == expected)
  }

  @Test func gzipIsWholeAndHasNoTime() throws {
    let folder = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(folder) }
    let text = Array(String(repeating: "<p>Hello</p>\n", count: 1000).utf8)
    let gzip = try #require(ContentBytes.gzip(text))
    #expect(gzip.count < 300 && Array(gzip[4..<8]) == [0, 0, 0, 0])
    try Files.replace("\(folder)/a.gz", with: gzip)
    #expect(try Subprocess.run(["gzip", "-dc", "\(folder)/a.gz"]).output == text)
    #expect(ContentBytes.gzip(text) == gzip)
  }

  @Test func gzipHasToSaveFivePercent() {
    var random = SeededGenerator(seed: 2)
    let noise = random.bytes(10_000)
    #expect(ContentBytes.gzip(noise) == nil)
    #expect(ContentBytes.gzip([]) == nil)
    #expect(ContentBytes.gzip(Array("short".utf8)) == nil)
    // The size of the noise and 200 to 700 bytes that take next to nothing.
    #expect(ContentBytes.gzip(noise + [UInt8](repeating: 0, count: 300)) == nil)
    #expect(ContentBytes.gzip(noise + [UInt8](repeating: 0, count: 700)) != nil)
  }
}
