// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography

/// What the holder of a TLS server's private keys signs, and nothing else: the content of a CertificateVerify message (RFC 8446, 4.4.3).
/// It makes this content itself out of a hash. The one who asks cannot choose the content's beginning, so no signature serves another
/// purpose: not a certificate, not a client's proof, not another protocol.
public enum SignerRules {
  private static let context: StaticString = "TLS 1.3, server CertificateVerify"

  static func isHash(_ bytes: Span<UInt8>) -> Bool { bytes.count == 32 || bytes.count == 48 }

  /// The bytes that a signature of `request` is over: 64 spaces, the context, a zero, and the transcript's hash.
  public static func content(of request: SigningRequest) -> [UInt8] {
    var content = [UInt8](repeating: 0x20, count: 64)
    content.reserveCapacity(160)
    content.append(context)
    content.append(0)
    content.append(copying: request.transcriptHash.span)
    return content
  }

  /// The hash in `content`; nil unless it is exactly what a CertificateVerify of a server is over. For signers that are given the whole
  /// content.
  public static func transcriptHash(in content: Span<UInt8>) -> [UInt8]? {
    let start = 64 + context.utf8CodeUnitCount + 1
    guard content.count > start, isHash(content.extracting(start..<content.count)) else {
      return nil
    }
    for index in 0..<64 where content[index] != 0x20 { return nil }
    guard context.equals(content.extracting(64..<start - 1)), content[start - 1] == 0 else {
      return nil
    }
    return [UInt8](copying: content.extracting(start..<content.count))
  }

  /// Signs a request.
  ///
  /// - Parameter signature: at least `key.kind.longestSignatureByteCount` bytes.
  /// - Returns: the signature's bytes; nil if the key cannot sign as asked, or `signature` is too short.
  public static func sign(
    _ request: SigningRequest, with key: borrowing SigningKey,
    into signature: inout MutableSpan<UInt8>
  ) -> Int? {
    let kind = key.kind
    guard request.scheme.fits(kind), signature.count >= kind.longestSignatureByteCount else {
      return nil
    }
    let hash = request.scheme.hash
    var digest = [UInt8](repeating: 0, count: hash.byteCount)
    var span = digest.mutableSpan
    hash.hash(content(of: request).span, into: &span)
    return key.sign(digest.span, hash, into: &signature)
  }
}
