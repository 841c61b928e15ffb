// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import TestSupport
import Testing

@Suite("Sealing")
struct SealingTests {
  static let algorithms: [SealingAlgorithm] = [.aes128GCM, .aes256GCM, .chaCha20Poly1305]

  @Test("What was sealed opens; damaged anywhere, it does not", arguments: algorithms)
  func damage(algorithm: SealingAlgorithm) {
    let bytes = [UInt8](repeating: 9, count: algorithm.keyByteCount)
    let key = SealingKey(algorithm, key: bytes.span)
    let text = Array("a record".utf8)
    let other: [UInt8] = [1, 2, 3]
    let record = key.sealed(text, other)
    expect(key.opened(record, other), text)
    for index in record.indices {
      var damaged = record
      damaged[index] ^= 0x10
      expect(key.opened(damaged, other), nil)
    }
    for count in 0..<record.count {
      expect(key.opened(Array(record[..<count]), other), nil)
    }
    expect(key.opened(record + [0], other), nil)
    expect(key.opened(record, [1, 2, 4]), nil)
    expect(key.opened(record, []), nil)
  }

  @Test("Records of each length up to 16 KB's neighbourhood", arguments: algorithms)
  func lengths(algorithm: SealingAlgorithm) {
    var generator = SeededGenerator(seed: 1)
    let bytes = (0..<algorithm.keyByteCount).map { _ in UInt8.random(in: 0...255, using: &generator)
    }
    let key = SealingKey(algorithm, key: bytes.span)
    for count in Array(0...300) + [1023, 1024, 16383, 16384, 16385] {
      let text = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let record = key.sealed(text, [UInt8](repeating: 5, count: count % 20))
      #expect(count < 4 || record.dropLast(16) != text[...])
      expect(key.opened(record, [UInt8](repeating: 5, count: count % 20)), text)
    }
  }

  @Test("Random bytes do not open", arguments: algorithms)
  func noise(algorithm: SealingAlgorithm) {
    var generator = SeededGenerator(seed: 2)
    let bytes = [UInt8](repeating: 1, count: algorithm.keyByteCount)
    let key = SealingKey(algorithm, key: bytes.span)
    for _ in 0..<fuzzIterations(2_000) {
      let count = Int.random(in: 0...100, using: &generator)
      let record = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      expect(key.opened(record, []), nil)
    }
  }
}

@Suite("Examples of docs/cryptography.md")
struct ExampleTests {
  @Test("A record and its number")
  func record() {
    let bytes = [UInt8](repeating: 9, count: 32)
    let key = SealingKey(.chaCha20Poly1305, key: bytes.span)
    let sealed = written(26, from: Array("ten bytes!".utf8)) { seal(&$0, 7, with: key) }
    var nonce = [UInt8](repeating: 0, count: 12)
    nonce[11] = 7
    let header: [UInt8] = [23, 3, 3]
    var isOpen = false
    let opened = written(26, from: sealed) {
      isOpen = key.open(&$0, nonce: nonce.span, authenticating: header.span)
    }
    #expect(isOpen)
    #expect(opened.prefix(10) == Array("ten bytes!".utf8)[...])
  }

  @Test("A digest of what there is so far")
  func transcript() {
    var transcript = HashState(.sha256)
    let message = Array("abc".utf8)
    transcript.update(message.span)
    #expect(digest(of: transcript) == digest(of: transcript))
    #expect(digest(of: transcript).prefix(4) == [0xba, 0x78, 0x16, 0xbf])
  }
}
