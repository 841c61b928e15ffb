// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import TestSupport
import Testing

@testable import FileEmbedding

@Suite struct ContentBytesTests {
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
