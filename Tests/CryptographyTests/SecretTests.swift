// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Testing

@Suite("Secrets")
struct SecretTests {
  @Test("Comparison")
  func equal() {
    let a = [UInt8](0..<40)
    #expect(areEqual(a, a))
    #expect(!areEqual(a, a.dropLast()))
    for index in a.indices {
      var b = a
      b[index] ^= 0x80
      #expect(!areEqual(a, b))
    }
    #expect(areEqual([], []))
  }

  @Test("Wiping leaves zeroes")
  func wiping() {
    let secret = written(100, from: [UInt8](repeating: 1, count: 100)) { wipe(&$0) }
    #expect(secret.allSatisfy { $0 == 0 })
  }

  @Test("Random bytes fill the whole buffer, and are not the same twice")
  func randomness() {
    func bytes(_ count: Int) -> [UInt8] { written(count) { Randomness.fill(&$0) } }
    #expect(bytes(32) != bytes(32))
    // Each byte is 0 with probability 1/256; a tail of zeroes would be one that was not written.
    #expect(bytes(1000).suffix(16).contains { $0 != 0 })
    #expect(Set(bytes(5000)).count == 256)
    #expect(bytes(0) == [])
  }

  @Test("A wiped hash starts again")
  func hashState() {
    var state = HashState(.sha384)
    let other: [UInt8] = [1, 2, 3]
    state.update(other.span)
    state.wipe()
    state.restart()
    let none: [UInt8] = []
    #expect(
      written(48) { state.finish(into: &$0) }
        == written(48) { HashFunction.sha384.hash(none.span, into: &$0) })
  }
}
