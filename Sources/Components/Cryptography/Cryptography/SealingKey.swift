// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CCryptography

/// Encryption with authentication of the bytes and of others that go with them (AEAD, RFC 5116).
public enum SealingAlgorithm: Sendable {
  /// AES in Galois/counter mode (NIST SP 800-38D): fast where the processor has instructions for it (`ProcessorFeatures`).
  case aes128GCM, aes256GCM
  /// RFC 8439: the faster one everywhere else.
  case chaCha20Poly1305

  /// Bytes of a key.
  public var keyByteCount: Int { self == .aes128GCM ? 16 : 32 }

  var number: Int32 {
    let number =
      switch self {
      case .aes128GCM: CCRYPTOGRAPHY_AES_128_GCM
      case .aes256GCM: CCRYPTOGRAPHY_AES_256_GCM
      case .chaCha20Poly1305: CCRYPTOGRAPHY_CHACHA20_POLY1305
      }
    return Int32(number)
  }
}

/// A key that seals and opens records, with its schedule: one block on the heap, which is wiped when the key's life ends.
/// Neither sealing nor opening allocates.
///
/// A nonce must not be used twice with one key: two records would reveal what they have in common, and with AES-GCM
/// anyone could make others.
public struct SealingKey: ~Copyable {
  /// Bytes that a sealed record has more than its text.
  public static let tagByteCount = 16
  /// Bytes of a nonce.
  public static let nonceByteCount = 12

  /// What it seals with.
  public let algorithm: SealingAlgorithm
  private let handle: SealingKeyHandle

  /// - Parameter key: `algorithm.keyByteCount` bytes, which the caller wipes.
  public init(_ algorithm: SealingAlgorithm, key: Span<UInt8>) {
    guard let handle = SealingKeyHandle(algorithm, key) else {
      preconditionFailure("the key has a wrong number of bytes")
    }
    self.algorithm = algorithm
    self.handle = handle
  }

  deinit { handle.destroy() }

  /// Seals a record in place: all but its last 16 bytes are the text, and the tag goes into these 16.
  public borrowing func seal(
    _ record: inout MutableSpan<UInt8>, nonce: Span<UInt8>, authenticating other: Span<UInt8>
  ) {
    precondition(record.count >= Self.tagByteCount, "the record has no room for the tag")
    precondition(nonce.count == Self.nonceByteCount, "a nonce has 12 bytes")
    let done = handle.seal(&record, nonce, other)
    precondition(done, "sealing failed")
  }

  /// Seals `text` and then `trailer` into `record`, which has exactly 16 bytes more than both, and which is not part of either.
  ///
  /// - Parameter trailer: at most 16 bytes, such as TLS's type of a record, that need not lie behind the text.
  public borrowing func seal(
    _ text: Span<UInt8>, trailer: Span<UInt8>, into record: inout MutableSpan<UInt8>,
    nonce: Span<UInt8>, authenticating other: Span<UInt8>
  ) {
    precondition(trailer.count <= 16, "the trailer is too long")
    precondition(
      record.count == text.count + trailer.count + Self.tagByteCount,
      "the record must have 16 bytes more than the text and the trailer")
    precondition(nonce.count == Self.nonceByteCount, "a nonce has 12 bytes")
    let done = handle.seal(text, trailer, &record, nonce, other)
    precondition(done, "sealing failed")
  }

  /// Opens a record in place: then all but its last 16 bytes are the text.
  ///
  /// - Returns: false if the record or `other` is not what was sealed with this key and nonce. Then the record has no meaning.
  public borrowing func open(
    _ record: inout MutableSpan<UInt8>, nonce: Span<UInt8>, authenticating other: Span<UInt8>
  ) -> Bool {
    guard record.count >= Self.tagByteCount, nonce.count == Self.nonceByteCount else {
      return false
    }
    return handle.open(&record, nonce, other)
  }
}
