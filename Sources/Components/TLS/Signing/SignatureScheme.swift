// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography

/// How a server proves in TLS that it has its certificate's key (RFC 8446, 4.2.3).
public enum SignatureScheme: UInt16, Sendable {
  /// ECDSA with P-256.
  case ecdsaP256SHA256 = 0x0403
  /// RSA with PSS, whose salt is as long as the digest.
  case rsaPSSSHA256 = 0x0804
  /// RSA with PSS and SHA-384.
  case rsaPSSSHA384 = 0x0805

  /// What the signed bytes are hashed with.
  public var hash: HashFunction { self == .rsaPSSSHA384 ? .sha384 : .sha256 }

  /// Whether a key of this kind can sign so.
  public func fits(_ kind: SignatureKeyKind) -> Bool {
    switch kind {
    case .p256: self == .ecdsaP256SHA256
    case .rsa: self != .ecdsaP256SHA256
    }
  }
}
