// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import CryptographyVectors
import Testing

@Suite("Test vectors")
struct VectorTests {
  @Test("Vectors of the standards, and keys in each encoding")
  func golden() {
    var failed: [String] = []
    let text = Array("\(goldenVectors)".utf8)
    let passed = checkVectors(text.span) { line, outcome in
      failed.append("\(outcome): \(string(line))")
    }
    #expect(failed == [])
    #expect(
      passed == text.split(separator: UInt8(ascii: "\n")).count { $0.first != UInt8(ascii: "#") })
    #expect(passed > 40)
  }

  @Test(
    "A line that is no vector is unreadable",
    arguments: [
      "", "sha256", "sha256 ok", "sha256 yes 00 00", "sha256 ok 0 00", "sha256 ok zz 00",
      "sha512 ok 00 00", "sha256 ok 00",
    ])
  func unreadable(line: String) {
    let bytes = Array(line.utf8)
    let outcome = Vector(bytes.span)?.outcome() ?? .unreadable
    #expect(outcome == .unreadable)
  }

  @Test("A vector with a wrong field fails")
  func failing() {
    let line = Array(
      "sha256 ok 616263 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ae".utf8)
    let outcome = Vector(line.span)?.outcome()
    #expect(outcome == .failed)
  }
}
