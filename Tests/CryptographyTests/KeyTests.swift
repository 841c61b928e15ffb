// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import CryptographyVectors
import TestSupport
import Testing

@Suite("Keys")
struct KeyTests {
  @Test("Both sides of an agreement get the same secret", arguments: [KeyAgreement.x25519, .p256])
  func agreement(curve: KeyAgreement) {
    let (a, aPublic) = curve.pair()
    let (b, bPublic) = curve.pair()
    #expect(a != b)
    #expect(curve.secret(a, peer: bPublic) != nil)
    #expect(curve.secret(a, peer: bPublic) == curve.secret(b, peer: aPublic))
    #expect(curve.secret(a, peer: bPublic.dropLast()) == nil)
    #expect(curve.secret(a, peer: bPublic + [0]) == nil)
    #expect(curve.secret(a.dropLast(), peer: bPublic) == nil)
    #expect(curve.publicKey(of: a) == aPublic)
  }

  @Test("P-256 has no private key 0, and none of its order")
  func privateKeyRange() {
    // SP 800-186, 3.2.1.3.
    let order: [UInt8] = [
      0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
      0xe6,
      0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ]
    for key in [[UInt8](repeating: 0, count: 32), order] {
      #expect(KeyAgreement.p256.publicKey(of: key) == nil)
    }
    var largest = order
    largest[31] -= 1
    #expect(KeyAgreement.p256.publicKey(of: largest) != nil)
  }

  @Test("Only uncompressed points are taken")
  func pointForms() {
    let (key, whole) = KeyAgreement.p256.pair()
    var point = whole
    #expect(KeyAgreement.p256.secret(key, peer: point) != nil)
    for first in UInt8(0)...7 where first != 4 {
      point[0] = first
      #expect(KeyAgreement.p256.secret(key, peer: point) == nil)
      #expect(KeyAgreement.p256.secret(key, peer: Array(point.prefix(33))) == nil)
    }
  }

  /// DER of the golden vectors' private keys.
  private var privateKeys: [(PrivateKeyFormat, [UInt8])] {
    "\(goldenVectors)".split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      let formats: [Substring: PrivateKeyFormat] = [
        "pkcs8": .pkcs8, "sec1": .sec1, "pkcs1": .pkcs1,
      ]
      guard words[1] == "ok", let format = formats[words[0]] else { return nil }
      let digits = Array(words[2].utf8)
      let der = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
      return (format, der)
    }
  }

  @Test("Damaged private keys are refused, or are keys that work")
  func fuzz() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<fuzzIterations(60) {
      var (format, der) = privateKeys[Int.random(in: 0..<privateKeys.count, using: &generator)]
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        der[Int.random(in: 0..<der.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        der.removeLast(Int.random(in: 0..<der.count, using: &generator))
      }
      guard let key = SigningKey(format, der: der.span) else { continue }
      let digest = [UInt8](repeating: 7, count: 48)
      var signature = [UInt8](repeating: 0, count: 512)
      var span = signature.mutableSpan
      let count = key.sign(digest.span, .sha384, into: &span)
      #expect(count > 0)
    }
  }

  @Test("A key says what it is")
  func kinds() {
    let kinds = privateKeys.compactMap { SigningKey($0, der: $1.span)?.kind }
    #expect(kinds == [.p256, .p256, .rsa(bits: 2048), .rsa(bits: 2048)])
    #expect(kinds.map(\.longestSignatureByteCount) == [72, 72, 256, 256])
  }

  @Test("A buffer that is too short for a public key stays without one")
  func shortBuffer() {
    let (format, der) = privateKeys[0]
    guard let key = SigningKey(format, der: der.span) else {
      Issue.record("the key was not read")
      return
    }
    let whole = key.publicKey(capacity: 91)
    #expect(whole?.count == 91)
    let short = key.publicKey(capacity: 90)
    #expect(short == nil)
  }
}
