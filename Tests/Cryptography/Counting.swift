// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import CryptographyVectors

private let nonce = [UInt8](repeating: 1, count: 12)
private let other = [UInt8](repeating: 2, count: 5)
private let bytes = [UInt8](repeating: 3, count: 16_384 + 16)

private func zeroes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

/// Counts the instructions of each operation.
func countAll() {
  countSealing("AES-128-GCM", .aes128GCM)
  countSealing("AES-256-GCM", .aes256GCM)
  countSealing("ChaCha20-Poly1305", .chaCha20Poly1305)
  countHashes()
  countAgreement("X25519", .x25519)
  countAgreement("P-256", .p256)
  countSignatures()
}

private func countSealing(_ name: StaticString, _ algorithm: SealingAlgorithm) {
  func run(_ what: StaticString, _ body: () -> Void) { measure(name, what, body) }
  let secret = bytes.span.extracting(first: algorithm.keyByteCount)
  run("a key") { _ = SealingKey(algorithm, key: secret) }
  let key = SealingKey(algorithm, key: secret)
  for (count, seal, open) in [
    (64, "seal 64 bytes", "open 64 bytes"), (1_024, "seal 1 KB", "open 1 KB"),
    (16_384, "seal 16 KB", "open 16 KB"),
  ] as [(Int, StaticString, StaticString)] {
    var record = zeroes(count + SealingKey.tagByteCount)
    run(seal) {
      var span = record.mutableSpan
      key.seal(&span, nonce: nonce.span, authenticating: other.span)
    }
    // It opens only once, so what is counted seals, too.
    run(open) {
      var span = record.mutableSpan
      key.seal(&span, nonce: nonce.span, authenticating: other.span)
      if !key.open(&span, nonce: nonce.span, authenticating: other.span) { say("FAILED: open\n") }
    }
  }
}

private func countHashes() {
  var digest = zeroes(48)
  for (function, name) in [(HashFunction.sha256, "SHA-256"), (.sha384, "SHA-384")]
    as [(HashFunction, StaticString)]
  {
    func run(_ what: StaticString, _ body: (inout MutableSpan<UInt8>) -> Void) {
      measure(name, what) {
        var span = digest.mutableSpan
        body(&span)
      }
    }
    run("hash 1 KB") { function.hash(bytes.span.extracting(first: 1_024), into: &$0) }
    run("hash 16 KB") { function.hash(bytes.span.extracting(first: 16_384), into: &$0) }
    let short = bytes.span.extracting(first: 32)
    let key = bytes.span.extracting(first: function.byteCount)
    run("HMAC of 32 bytes") { function.authenticate(short, key: key, into: &$0) }
    run("HKDF, extract") { function.extract(key, salt: short, into: &$0) }
    run("HKDF, expand to a digest's length") {
      var output = $0.extracting(first: function.byteCount)
      function.expand(key, info: other.span, into: &output)
    }
  }
}

private func countAgreement(_ name: StaticString, _ curve: KeyAgreement) {
  var privateKey = zeroes(32)
  var publicKey = zeroes(65)
  var secret = zeroes(32)
  func generate() {
    var privateSpan = privateKey.mutableSpan
    var publicSpan = publicKey.mutableSpan
    curve.generate(privateKey: &privateSpan, publicKey: &publicSpan)
  }
  generate()
  measure(name, "new keys", generate)
  measure(name, "shared secret") {
    var span = secret.mutableSpan
    let peer = publicKey.span.extracting(first: curve.publicKeyByteCount)
    if !curve.secret(privateKey.span, peer: peer, into: &span) { say("FAILED: secret\n") }
  }
}

/// With the keys of the golden vectors.
private func countSignatures() {
  let text = [UInt8](goldenVectors)
  var start = 0
  for index in 0...text.count where index == text.count || text[index] == UInt8(ascii: "\n") {
    let line = text.span.extracting(start..<index)
    start = index + 1
    guard let vector = Vector(line), let der = vector.pkcs8Key,
      let key = SigningKey(.pkcs8, der: der.span)
    else { continue }
    measure(key.kind == .p256 ? "ECDSA, P-256" : "RSA-2048, PSS", "read the private key") {
      _ = SigningKey(.pkcs8, der: der.span)
    }
    count(key)
  }
}

private func count(_ key: borrowing SigningKey) {
  let name: StaticString = key.kind == .p256 ? "ECDSA, P-256" : "RSA-2048, PSS"
  let digest = bytes.span.extracting(first: 32)
  var signature = zeroes(512)
  var length = 0
  measure(name, "sign") {
    var span = signature.mutableSpan
    length = key.sign(digest, .sha256, into: &span)
  }
  var publicKey = zeroes(600)
  var span = publicKey.mutableSpan
  let count = key.publicKey(into: &span) ?? 0
  guard let verifier = VerifyingKey(der: publicKey.span.extracting(first: count)) else {
    return say("FAILED: public key\n")
  }
  measure(name, "verify") {
    if !verifier.verify(signature.span.extracting(first: length), of: digest, .sha256) {
      say("FAILED: verify\n")
    }
  }
}
