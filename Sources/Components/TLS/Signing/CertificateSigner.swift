// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Who signs for a TLS server: the protection domain that has its keys, or in tests the keys themselves. The call returns with the
/// signature, as a protected call does.
public protocol CertificateSigner: ~Copyable {
  /// Signs a request.
  ///
  /// - Parameter signature: 512 bytes, enough for each scheme.
  /// - Returns: the signature's bytes; nil if it refuses, which ends the handshake.
  mutating func sign(
    _ request: SigningRequest, into signature: inout MutableSpan<UInt8>
  ) -> Int?
}
