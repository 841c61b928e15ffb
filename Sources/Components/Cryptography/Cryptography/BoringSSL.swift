// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CCryptography

// Calls of BoringSSL with spans, and all of this module's unsafe code.
//
// Safety: no pointer leaves its closure, and each function reads and writes no more than the counts that it is given, or than
// the comments in ccryptography.h say. Callers have checked buffers of fixed sizes.

@inline(__always)
private func with<Result>(
  _ bytes: Span<UInt8>, _ body: (UnsafePointer<UInt8>?, Int) -> Result
) -> Result {
  unsafe bytes.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
}

@inline(__always)
private func with<Result>(
  _ bytes: inout MutableSpan<UInt8>, _ body: (UnsafeMutablePointer<UInt8>?, Int) -> Result
) -> Result {
  unsafe bytes.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress, $0.count) }
}

// MARK: Hashes and key derivation

extension HashState {
  mutating func start(_ function: HashFunction) {
    unsafe ccryptography_hash_start(&state, function.number)
  }

  mutating func add(_ bytes: Span<UInt8>) {
    unsafe with(bytes) { unsafe ccryptography_hash_update(&state, $0, $1) }
  }

  mutating func write(_ digest: inout MutableSpan<UInt8>) {
    unsafe with(&digest) { to, _ in unsafe ccryptography_hash_finish(&state, to) }
  }

  mutating func clear() {
    unsafe withUnsafeMutableBytes(of: &state) {
      unsafe ccryptography_wipe($0.baseAddress, $0.count)
    }
  }
}

extension HashFunction {
  func authenticate(
    _ bytes: Span<UInt8>, _ key: Span<UInt8>, _ code: inout MutableSpan<UInt8>
  ) -> Bool {
    unsafe with(&code) { to, _ in
      unsafe with(key) { key, keyCount in
        unsafe with(bytes) { bytes, count in
          unsafe ccryptography_hmac(number, key, keyCount, bytes, count, to) == 1
        }
      }
    }
  }

  func extractKey(
    _ secret: Span<UInt8>, _ salt: Span<UInt8>, _ key: inout MutableSpan<UInt8>
  ) -> Bool {
    unsafe with(&key) { to, _ in
      unsafe with(salt) { salt, saltCount in
        unsafe with(secret) { secret, count in
          unsafe ccryptography_hkdf_extract(number, salt, saltCount, secret, count, to) == 1
        }
      }
    }
  }

  func expandKey(
    _ key: Span<UInt8>, _ info: Span<UInt8>, _ output: inout MutableSpan<UInt8>
  ) -> Bool {
    unsafe with(&output) { to, count in
      unsafe with(info) { info, infoCount in
        unsafe with(key) { key, keyCount in
          unsafe ccryptography_hkdf_expand(number, key, keyCount, info, infoCount, to, count) == 1
        }
      }
    }
  }
}

// MARK: Sealing

/// The address of a key with its schedule.
@safe struct SealingKeyHandle {
  private let address: UnsafeMutableRawPointer

  init?(_ algorithm: SealingAlgorithm, _ key: Span<UInt8>) {
    let created = unsafe with(key) { unsafe ccryptography_aead_create(algorithm.number, $0, $1) }
    guard let created = unsafe created else { return nil }
    unsafe address = created
  }

  func destroy() { unsafe ccryptography_aead_destroy(address) }

  /// Seals all but the last 16 bytes in place.
  func seal(
    _ record: inout MutableSpan<UInt8>, _ nonce: Span<UInt8>, _ authenticated: Span<UInt8>
  ) -> Bool {
    unsafe with(&record) { record, capacity in
      guard let record = unsafe record else { return false }
      let count = capacity - SealingKey.tagByteCount
      return unsafe seal(record, count, nil, 0, record, nonce, authenticated)
    }
  }

  /// Seals `text` and `trailer` into `record`.
  func seal(
    _ text: Span<UInt8>, _ trailer: Span<UInt8>, _ record: inout MutableSpan<UInt8>,
    _ nonce: Span<UInt8>, _ authenticated: Span<UInt8>
  ) -> Bool {
    unsafe with(&record) { record, _ in
      guard let record = unsafe record else { return false }
      return unsafe with(text) { text, count in
        unsafe with(trailer) { trailer, trailerCount in
          unsafe seal(text, count, trailer, trailerCount, record, nonce, authenticated)
        }
      }
    }
  }

  @inline(__always)
  private func seal(
    _ text: UnsafePointer<UInt8>?, _ count: Int, _ trailer: UnsafePointer<UInt8>?,
    _ trailerCount: Int, _ record: UnsafeMutablePointer<UInt8>, _ nonce: Span<UInt8>,
    _ authenticated: Span<UInt8>
  ) -> Bool {
    unsafe with(nonce) { nonce, _ in
      unsafe with(authenticated) { authenticated, authenticatedCount in
        unsafe ccryptography_aead_seal(
          address, nonce, authenticated, authenticatedCount, text, count, trailer, trailerCount,
          record, record + count) == 1
      }
    }
  }

  /// Opens a record in place; the last 16 bytes are its tag.
  func open(
    _ record: inout MutableSpan<UInt8>, _ nonce: Span<UInt8>, _ authenticated: Span<UInt8>
  ) -> Bool {
    unsafe with(&record) { record, capacity in
      guard let record = unsafe record else { return false }
      let count = capacity - SealingKey.tagByteCount
      return unsafe with(nonce) { nonce, _ in
        unsafe with(authenticated) { authenticated, authenticatedCount in
          unsafe ccryptography_aead_open(
            address, nonce, authenticated, authenticatedCount, record, count, record + count,
            record) == 1
        }
      }
    }
  }
}

// MARK: Key agreement

extension KeyAgreement {
  func writeKeys(
    _ privateKey: inout MutableSpan<UInt8>, _ publicKey: inout MutableSpan<UInt8>
  ) -> Bool {
    unsafe with(&privateKey) { privateKey, _ in
      unsafe with(&publicKey) { publicKey, _ in
        switch self {
        case .x25519:
          unsafe ccryptography_x25519_generate(privateKey, publicKey)
          return true
        case .p256: return unsafe ccryptography_p256_generate(privateKey, publicKey) == 1
        }
      }
    }
  }

  func writePublicKey(
    _ privateKey: Span<UInt8>, _ publicKey: inout MutableSpan<UInt8>
  ) -> Bool {
    unsafe with(&publicKey) { publicKey, _ in
      unsafe with(privateKey) { privateKey, _ in
        switch self {
        case .x25519:
          unsafe ccryptography_x25519_public(privateKey, publicKey)
          return true
        case .p256: return unsafe ccryptography_p256_public(privateKey, publicKey) == 1
        }
      }
    }
  }

  func writeSecret(
    _ privateKey: Span<UInt8>, _ peer: Span<UInt8>, _ secret: inout MutableSpan<UInt8>
  ) -> Bool {
    unsafe with(&secret) { secret, _ in
      unsafe with(privateKey) { privateKey, _ in
        unsafe with(peer) { peer, _ in
          switch self {
          case .x25519: unsafe ccryptography_x25519_agree(privateKey, peer, secret) == 1
          case .p256: unsafe ccryptography_p256_agree(privateKey, peer, secret) == 1
          }
        }
      }
    }
  }
}

// MARK: Signatures

/// The address of a key for signatures.
@safe struct SignatureKeyHandle {
  private let address: UnsafeMutableRawPointer

  /// - Parameter format: one of ccryptography.h.
  init?(_ format: Int32, _ der: Span<UInt8>) {
    let parsed = unsafe with(der) { unsafe ccryptography_key_parse(format, $0, $1) }
    guard let parsed = unsafe parsed else { return nil }
    unsafe address = parsed
  }

  func destroy() { unsafe ccryptography_key_destroy(address) }

  var kind: SignatureKeyKind {
    let bits = unsafe ccryptography_key_rsa_bits(address)
    return bits == 0 ? .p256 : .rsa(bits: Int(bits))
  }

  func writePublicKey(_ output: inout MutableSpan<UInt8>) -> Int {
    unsafe with(&output) { unsafe ccryptography_key_public(address, $0, $1) }
  }

  func sign(
    _ digest: Span<UInt8>, _ function: HashFunction, _ signature: inout MutableSpan<UInt8>
  ) -> Int {
    unsafe with(&signature) { to, capacity in
      unsafe with(digest) { digest, _ in
        unsafe ccryptography_key_sign(address, function.number, digest, to, capacity)
      }
    }
  }

  func verify(
    _ signature: Span<UInt8>, _ digest: Span<UInt8>, _ function: HashFunction
  ) -> Bool {
    unsafe with(signature) { signature, count in
      unsafe with(digest) { digest, _ in
        unsafe ccryptography_key_verify(address, function.number, digest, signature, count) == 1
      }
    }
  }
}

// MARK: Secrets and randomness

func compare(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
  unsafe with(a) { a, count in
    unsafe with(b) { b, _ in unsafe ccryptography_equal(a, b, count) == 1 }
  }
}

func clear(_ bytes: inout MutableSpan<UInt8>) {
  unsafe with(&bytes) { unsafe ccryptography_wipe($0, $1) }
}

func randomize(_ bytes: inout MutableSpan<UInt8>) {
  unsafe with(&bytes) { unsafe ccryptography_random($0, $1) }
}
