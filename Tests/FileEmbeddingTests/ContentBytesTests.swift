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

  /// The first three are from the hash's test suite.
  @Test(arguments: [
    ("", "6c62272e07bb014262b821756295c58d"), ("a", "d228cb696f1a8caf78912b704e4a8964"),
    ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
  ])
  func hashes(_ text: String, _ expected: String) {
    let hash = ContentBytes.hash(Array(text.utf8))
    #expect(ContentLiteral.hex(hash.high) + ContentLiteral.hex(hash.low) == expected)
  }

  @Test func hashesOfAllByteValues() {
    let hash = ContentBytes.hash((0..<768).map { UInt8($0 & 255) })
    #expect(
      ContentLiteral.hex(hash.high) + ContentLiteral.hex(hash.low)
        == "ceced98447397784e46346c4dbaac68d")
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
