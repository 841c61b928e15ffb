// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Whether two secrets are equal, in a time that only their number of bytes decides.
public func isEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
  a.count == b.count && compare(a, b)
}

/// Overwrites a secret with zeroes, in a way that the compiler keeps although nothing reads them.
public func wipe(_ secret: inout MutableSpan<UInt8>) { clear(&secret) }

/// Bytes that no one can guess: from the system on the host, and from the entropy source (`EntropySource`) in a protection
/// domain, both through BoringSSL's deterministic generator (CTR_DRBG, NIST SP 800-90A).
public enum Randomness {
  /// Fills `bytes`. A protection domain without entropy stops here: it never gets weak bytes.
  public static func fill(_ bytes: inout MutableSpan<UInt8>) { randomize(&bytes) }
}
