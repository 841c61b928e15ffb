// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What a TLS server asks of the holder of its private keys: a signature over the hash of a handshake so far.
///
/// As bytes, for a message between protection domains: the scheme and the key's number in two bytes each, most significant first, and
/// the hash.
public struct SigningRequest: Equatable, Sendable {
  /// The bytes of the longest request.
  public static let longestByteCount = 4 + 48

  /// How to sign.
  public let scheme: SignatureScheme
  /// Which of the signer's keys signs: its place among the server's credentials.
  public let key: Int
  /// The transcript's hash: SHA-256 or SHA-384, whichever the connection's cipher suite has.
  public let transcriptHash: [UInt8]

  /// A request; nil if the hash has neither 32 nor 48 bytes, or the key's number more than 16 bits.
  public init?(_ scheme: SignatureScheme, key: Int, transcriptHash: Span<UInt8>) {
    guard SignerRules.isHash(transcriptHash), (0...0xffff).contains(key) else { return nil }
    self.scheme = scheme
    self.key = key
    self.transcriptHash = [UInt8](copying: transcriptHash)
  }

  /// A request out of a message; nil if it is not exactly one.
  public init?(bytes: Span<UInt8>) {
    guard bytes.count > 4,
      let scheme = SignatureScheme(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
    else { return nil }
    self.init(
      scheme, key: Int(bytes[2]) << 8 | Int(bytes[3]),
      transcriptHash: bytes.extracting(4..<bytes.count))
  }

  /// The request as a message.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for number in [scheme.rawValue, UInt16(truncatingIfNeeded: key)] {
      bytes.append(UInt8(number >> 8))
      bytes.append(UInt8(number & 0xff))
    }
    bytes.append(copying: transcriptHash.span)
    return bytes
  }
}
