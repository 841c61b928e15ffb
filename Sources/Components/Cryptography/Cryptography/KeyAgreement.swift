// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Diffie–Hellman on an elliptic curve. Keys and secrets are bytes that the caller keeps, and wipes.
public enum KeyAgreement: Sendable {
  /// RFC 7748.
  case x25519
  /// secp256r1 (NIST SP 800-186), with uncompressed points.
  case p256

  /// Bytes of a private key.
  public static let privateKeyByteCount = 32
  /// Bytes of a shared secret.
  public static let secretByteCount = 32
  /// The longest public key's bytes.
  public static let longestPublicKeyByteCount = 65

  /// Bytes of a public key: a point's coordinate, or 4 and both coordinates.
  public var publicKeyByteCount: Int { self == .x25519 ? 32 : 65 }

  /// Makes a new pair of keys, at the start of both buffers.
  public func generate(
    privateKey: inout MutableSpan<UInt8>, publicKey: inout MutableSpan<UInt8>
  ) {
    precondition(
      privateKey.count >= Self.privateKeyByteCount && publicKey.count >= publicKeyByteCount,
      "a buffer is shorter than its key")
    let done = writeKeys(&privateKey, &publicKey)
    precondition(done, "the keys were not made")
  }

  /// Writes the public key of `privateKey` to the start of `output`.
  ///
  /// - Returns: false if the curve has no such private key.
  public func publicKey(
    of privateKey: Span<UInt8>, into output: inout MutableSpan<UInt8>
  ) -> Bool {
    precondition(output.count >= publicKeyByteCount, "the buffer is shorter than the key")
    guard privateKey.count == Self.privateKeyByteCount else { return false }
    return writePublicKey(privateKey, &output)
  }

  /// Writes the secret that `privateKey` shares with the owner of the public key `peer` to the first 32 bytes of `secret`.
  ///
  /// - Returns: false if `peer` does not lie on the curve, or is a point with which the secret would be known to all (RFC 8446,
  ///   7.4.2), or if the curve has no such private key. Then `secret` has no meaning.
  public func secret(
    _ privateKey: Span<UInt8>, peer: Span<UInt8>, into secret: inout MutableSpan<UInt8>
  ) -> Bool {
    precondition(secret.count >= Self.secretByteCount, "the buffer is shorter than the secret")
    guard privateKey.count == Self.privateKeyByteCount, peer.count == publicKeyByteCount,
      self == .x25519 || peer[0] == 4
    else { return false }
    return writeSecret(privateKey, peer, &secret)
  }
}
