// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography

// Numbers of RFC 8446 that are in messages.

/// A record's content (5.1).
enum ContentType {
  static let changeCipherSpec: UInt8 = 20
  static let alert: UInt8 = 21
  static let handshake: UInt8 = 22
  static let applicationData: UInt8 = 23
}

/// A handshake message (4).
enum HandshakeType {
  static let clientHello: UInt8 = 1
  static let serverHello: UInt8 = 2
  static let newSessionTicket: UInt8 = 4
  static let encryptedExtensions: UInt8 = 8
  static let certificate: UInt8 = 11
  static let certificateVerify: UInt8 = 15
  static let finished: UInt8 = 20
  static let keyUpdate: UInt8 = 24
  /// What stands for the first ClientHello after a HelloRetryRequest (4.4.1).
  static let messageHash: UInt8 = 254
}

/// An extension (4.2).
enum ExtensionType {
  static let serverName = 0
  static let supportedGroups = 10
  static let signatureAlgorithms = 13
  static let applicationProtocols = 16
  static let padding = 21
  static let recordSizeLimit = 28
  static let preSharedKey = 41
  static let earlyData = 42
  static let supportedVersions = 43
  static let preSharedKeyModes = 45
  static let keyShare = 51
}

/// Limits of records (5.1, 5.2), in bytes.
enum RecordLimit {
  static let header = 5
  /// Of a record's text.
  static let text = 1 << 14
  /// Of what a sealed record has beyond its text: the type, padding and the tag.
  static let expansion = 256
  /// Of what is added to each text that this module seals: the type and the tag.
  static let overhead = 1 + SealingKey.tagByteCount
}

/// TLS 1.3 as a version in extensions, and TLS 1.2 where middleboxes want to see it.
enum Version {
  static let tls13 = 0x0304
  static let legacy = 0x0303
}

/// A cipher suite of TLS 1.3 (B.4).
public enum CipherSuite: UInt16, Sendable {
  case aes128GCM = 0x1301
  case aes256GCM = 0x1302
  case chaCha20Poly1305 = 0x1303

  /// All, the fastest first.
  ///
  /// - Parameter hasAES: whether the processor has instructions for AES. Without them ChaCha20 takes a quarter of the time.
  public static func all(hasAES: Bool) -> [CipherSuite] {
    // A single literal: Tests/Embedded/literals.py says why.
    var suites: [CipherSuite] = [.aes128GCM, .aes256GCM]
    suites.insert(.chaCha20Poly1305, at: hasAES ? 2 : 0)
    return suites
  }

  var hash: HashFunction { self == .aes256GCM ? .sha384 : .sha256 }

  var algorithm: SealingAlgorithm {
    switch self {
    case .aes128GCM: .aes128GCM
    case .aes256GCM: .aes256GCM
    case .chaCha20Poly1305: .chaCha20Poly1305
    }
  }
}

/// A group for the key exchange (4.2.7).
public enum Group: UInt16, Sendable {
  case p256 = 0x0017
  case x25519 = 0x001d

  /// All, the faster one first.
  public static let all: [Group] = [.x25519, .p256]

  var agreement: KeyAgreement { self == .x25519 ? .x25519 : .p256 }
}
