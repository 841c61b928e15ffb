// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CCryptography

/// SHA-2 (FIPS 180-4), and what is made of it: HMAC (RFC 2104) and HKDF (RFC 5869).
public enum HashFunction: Sendable {
  case sha256, sha384

  /// Bytes of a digest, of HMAC's code, and of HKDF's extracted key.
  public var byteCount: Int { self == .sha256 ? 32 : 48 }

  /// The longest digest's bytes.
  public static let longestByteCount = 48

  var number: Int32 {
    Int32(self == .sha256 ? CCRYPTOGRAPHY_SHA256 : CCRYPTOGRAPHY_SHA384)
  }

  /// Writes the digest of `bytes` to the first `byteCount` bytes of `digest`.
  public func hash(_ bytes: Span<UInt8>, into digest: inout MutableSpan<UInt8>) {
    var state = HashState(self)
    state.update(bytes)
    state.finish(into: &digest)
    state.wipe()
  }

  /// Writes HMAC's code of `bytes` to the first `byteCount` bytes of `code`. To check a code, compare with `isEqual`.
  public func authenticate(
    _ bytes: Span<UInt8>, key: Span<UInt8>, into code: inout MutableSpan<UInt8>
  ) {
    precondition(code.count >= byteCount, "the buffer is shorter than the code")
    let done = authenticate(bytes, key, &code)
    precondition(done, "HMAC failed")
  }

  /// HKDF-Extract: writes a key to the first `byteCount` bytes of `key`. An empty salt counts as zeroes.
  public func extract(
    _ secret: Span<UInt8>, salt: Span<UInt8>, into key: inout MutableSpan<UInt8>
  ) {
    precondition(key.count >= byteCount, "the buffer is shorter than the key")
    let done = extractKey(secret, salt, &key)
    precondition(done, "HKDF failed")
  }

  /// HKDF-Expand: fills `output`, at most 255 times `byteCount` bytes.
  ///
  /// - Parameter key: at least `byteCount` bytes that are as good as random, such as `extract` gives.
  public func expand(_ key: Span<UInt8>, info: Span<UInt8>, into output: inout MutableSpan<UInt8>) {
    precondition(output.count <= 255 * byteCount, "HKDF gives no more than 255 digests")
    let done = expandKey(key, info, &output)
    precondition(done, "HKDF failed")
  }
}
