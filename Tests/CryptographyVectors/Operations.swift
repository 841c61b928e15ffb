// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography

extension Vector {
  private func isNamed(_ name: StaticString) -> Bool {
    operation == [UInt8](name)
  }

  /// Carries the operation out.
  public func outcome() -> VectorOutcome {
    for (function, hash, hmac, hkdf, verify) in [
      (
        HashFunction.sha256, "sha256", "hmac-sha256", "hkdf-sha256", "verify-sha256"
      ),
      (.sha384, "sha384", "hmac-sha384", "hkdf-sha384", "verify-sha384"),
    ] as [(HashFunction, StaticString, StaticString, StaticString, StaticString)] {
      if isNamed(hash), fields.count == 2 { return result(hashes(function)) }
      if isNamed(hmac), fields.count == 3 { return result(authenticates(function)) }
      if isNamed(hkdf), fields.count == 4 { return result(derives(function)) }
      if isNamed(verify), fields.count == 3 { return result(verifies(function) == isGood) }
    }
    for (name, algorithm) in [
      ("aes-128-gcm", .aes128GCM), ("aes-256-gcm", .aes256GCM),
      ("chacha20-poly1305", .chaCha20Poly1305),
    ] as [(StaticString, SealingAlgorithm)] where isNamed(name) && fields.count == 5 {
      return result(seals(algorithm))
    }
    for (name, curve) in [("x25519", .x25519), ("p256", .p256)] as [(StaticString, KeyAgreement)]
    where isNamed(name) && fields.count == 3 {
      return result(agrees(curve))
    }
    for (name, format) in [("pkcs8", .pkcs8), ("sec1", .sec1), ("pkcs1", .pkcs1)]
      as [(StaticString, PrivateKeyFormat)]
    where isNamed(name) && fields.count == 2 {
      return result(parses(format) == isGood)
    }
    return .unreadable
  }

  private func result(_ isRight: Bool) -> VectorOutcome { isRight ? .passed : .failed }

  /// Whole, and in two parts with a copied state.
  private func hashes(_ function: HashFunction) -> Bool {
    let (message, digest) = (fields[0], fields[1])
    guard written(function.byteCount, { function.hash(message.span, into: &$0) }) == digest else {
      return false
    }
    let half = message.count / 2
    var state = HashState(function)
    state.update(message.span.extracting(first: half))
    var copy = state
    state.wipe()
    copy.update(message.span.extracting(droppingFirst: half))
    return written(function.byteCount) { copy.finish(into: &$0) } == digest
  }

  private func authenticates(_ function: HashFunction) -> Bool {
    let (key, message, code) = (fields[0], fields[1], fields[2])
    let own = written(function.byteCount) {
      function.authenticate(message.span, key: key.span, into: &$0)
    }
    return isEqual(own.span.extracting(first: code.count), code.span) == isGood
  }

  private func derives(_ function: HashFunction) -> Bool {
    // Without bytes, the vector asks for more than there can be.
    guard isGood else { return true }
    let (secret, salt, info, output) = (fields[0], fields[1], fields[2], fields[3])
    let key = written(function.byteCount) {
      function.extract(secret.span, salt: salt.span, into: &$0)
    }
    return written(output.count) { function.expand(key.span, info: info.span, into: &$0) } == output
  }

  /// Opens, seals in place, and seals from elsewhere with a trailer.
  private func seals(_ algorithm: SealingAlgorithm) -> Bool {
    let (bytes, nonce, other, text, sealed) = (
      fields[0], fields[1], fields[2], fields[3], fields[4]
    )
    guard nonce.count == SealingKey.nonceByteCount, bytes.count == algorithm.keyByteCount else {
      return !isGood
    }
    let key = SealingKey(algorithm, key: bytes.span)
    var isOpen = false
    let opened = written(sealed.count, from: sealed) {
      isOpen = key.open(&$0, nonce: nonce.span, authenticating: other.span)
    }
    guard isOpen == isGood else { return false }
    guard isGood else { return true }
    guard Array(opened.dropLast(SealingKey.tagByteCount)) == text else { return false }

    let inPlace = written(sealed.count, from: text) {
      key.seal(&$0, nonce: nonce.span, authenticating: other.span)
    }
    let body = max(text.count - 1, 0)
    let apart = written(sealed.count) {
      key.seal(
        text.span.extracting(first: body), trailer: text.span.extracting(droppingFirst: body),
        into: &$0, nonce: nonce.span, authenticating: other.span)
    }
    return inPlace == sealed && apart == sealed
  }

  private func agrees(_ curve: KeyAgreement) -> Bool {
    let (privateKey, peer, secret) = (fields[0], fields[1], fields[2])
    var agreed = false
    let own = written(KeyAgreement.secretByteCount) {
      agreed = curve.secret(privateKey.span, peer: peer.span, into: &$0)
    }
    return agreed == isGood && (!isGood || own == secret)
  }

  private func verifies(_ function: HashFunction) -> Bool {
    let (publicKey, message, signature) = (fields[0], fields[1], fields[2])
    guard let key = VerifyingKey(der: publicKey.span) else { return false }
    let digest = written(function.byteCount) { function.hash(message.span, into: &$0) }
    return key.verify(signature.span, of: digest.span, function)
  }

  /// Also signs with the key, and verifies that.
  private func parses(_ format: PrivateKeyFormat) -> Bool {
    let (der, expected) = (fields[0], fields[1])
    guard let key = SigningKey(format, der: der.span) else { return false }
    var count = 0
    let buffer = written(600) { count = key.publicKey(into: &$0) ?? 0 }
    let publicKey = Array(buffer.prefix(count))
    guard publicKey == expected, let verifier = VerifyingKey(der: publicKey.span) else {
      return false
    }
    let digest = [UInt8](repeating: 7, count: 32)
    let longest = written(key.kind.longestSignatureByteCount) {
      count = key.sign(digest.span, .sha256, into: &$0)
    }
    var signature = Array(longest.prefix(count))
    guard verifier.verify(signature.span, of: digest.span, .sha256) else { return false }
    signature[count / 2] ^= 1
    return !verifier.verify(signature.span, of: digest.span, .sha256)
  }
}

/// A buffer of `count` bytes, which starts with `start`, after `write`.
private func written(
  _ count: Int, from start: [UInt8] = [], _ write: (inout MutableSpan<UInt8>) -> Void
) -> [UInt8] {
  var buffer = start
  for _ in start.count..<count { buffer.append(0) }
  var span = buffer.mutableSpan
  write(&span)
  return buffer
}
