// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CCryptography

/// What a key for signatures is.
public enum SignatureKeyKind: Equatable, Sendable {
  /// secp256r1, for ECDSA (FIPS 186-5). Signatures are in DER.
  case p256
  /// RSA, for signatures with PSS (RFC 8017) whose salt is as long as the digest.
  case rsa(bits: Int)

  /// The most bytes of a signature.
  public var longestSignatureByteCount: Int {
    switch self {
    case .p256: 72
    case .rsa(let bits): (bits + 7) / 8
    }
  }
}

/// Encodings of a private key, each in DER. PEM (RFC 7468) is one of them in text.
public enum PrivateKeyFormat: Sendable, CaseIterable {
  /// `PRIVATE KEY` (RFC 5208): either kind.
  case pkcs8
  /// `EC PRIVATE KEY` (RFC 5915): P-256.
  case sec1
  /// `RSA PRIVATE KEY` (RFC 8017).
  case pkcs1

  var number: Int32 {
    let number =
      switch self {
      case .pkcs8: CCRYPTOGRAPHY_PKCS8
      case .sec1: CCRYPTOGRAPHY_SEC1
      case .pkcs1: CCRYPTOGRAPHY_PKCS1
      }
    return Int32(number)
  }
}

/// A private key that signs: P-256, or RSA of 2,048 to 4,096 bits. It lies on the heap, and is wiped when its life ends. Signing
/// allocates and frees some more.
public struct SigningKey: ~Copyable {
  private let handle: SignatureKeyHandle

  /// - Parameter der: the key, which the caller wipes.
  /// - Returns: nil if the bytes are not such a key, or one that contradicts itself.
  public init?(_ format: PrivateKeyFormat, der: Span<UInt8>) {
    guard let handle = SignatureKeyHandle(format.number, der) else { return nil }
    self.handle = handle
  }

  deinit { handle.destroy() }

  /// What the key is.
  public var kind: SignatureKeyKind { handle.kind }

  /// Writes the public key as a certificate has it (SubjectPublicKeyInfo in DER) to the start of `output`.
  ///
  /// - Returns: how many bytes it has; nil if they are more than `output` has. 600 are enough for every key.
  public borrowing func publicKey(into output: inout MutableSpan<UInt8>) -> Int? {
    let count = handle.writePublicKey(&output)
    return count > 0 ? count : nil
  }

  /// Signs a digest, and writes the signature to the start of `signature`, which has at least `longestSignatureByteCount` bytes.
  ///
  /// - Parameter digest: exactly `function.byteCount` bytes.
  /// - Returns: the signature's bytes.
  public borrowing func sign(
    _ digest: Span<UInt8>, _ function: HashFunction, into signature: inout MutableSpan<UInt8>
  ) -> Int {
    precondition(digest.count == function.byteCount, "the digest has a wrong number of bytes")
    precondition(
      signature.count >= kind.longestSignatureByteCount, "the buffer is shorter than the signature")
    let count = handle.sign(digest, function, &signature)
    precondition(count > 0, "signing failed")
    return count
  }
}

/// A public key that verifies what a `SigningKey` of the same kind has signed.
public struct VerifyingKey: ~Copyable {
  private let handle: SignatureKeyHandle

  /// - Parameter der: SubjectPublicKeyInfo (RFC 5280), as a certificate has it.
  /// - Returns: nil unless the bytes are a key of P-256, or of RSA with 2,048 to 4,096 bits.
  public init?(der: Span<UInt8>) {
    guard let handle = SignatureKeyHandle(Int32(CCRYPTOGRAPHY_SPKI), der) else {
      return nil
    }
    self.handle = handle
  }

  deinit { handle.destroy() }

  /// What the key is.
  public var kind: SignatureKeyKind { handle.kind }

  /// Whether `signature` is one of `digest`.
  public borrowing func verify(
    _ signature: Span<UInt8>, of digest: Span<UInt8>, _ function: HashFunction
  ) -> Bool {
    guard digest.count == function.byteCount else { return false }
    return handle.verify(signature, digest, function)
  }
}
