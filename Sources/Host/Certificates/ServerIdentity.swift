// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Crypto
import FoundationEssentials
import SwiftASN1
import X509
import _CryptoExtras

/// A server's certificate, the chain above it, and the private key.
public struct ServerIdentity {
  /// The server's certificate first. Each was issued by the next one.
  public let chain: [Certificate]
  /// A P-256 or RSA key.
  public let key: Certificate.PrivateKey
  /// The key as a PKCS#8 block.
  let keyDocument: PEMDocument

  /// Reads and checks the files.
  ///
  /// - Parameters:
  ///   - certificate: PEM file with the certificate and its chain.
  ///   - key: PEM file with the key: PKCS#8, SEC 1 or PKCS#1.
  ///   - now: the time at which the certificates have to be valid, in seconds since 1970.
  /// - Throws: `FileError` and `IdentityError`.
  public init(certificate: String, key: String, now: Int64) throws {
    chain = try Self.readChain(certificate)
    (self.key, keyDocument) = try Self.readKey(key)
    guard chain[0].publicKey == self.key.publicKey else {
      throw IdentityError(key, .otherKey(certificate: certificate))
    }
    try check(certificate, now)
  }

  init(_ certificate: Certificate, _ key: P256.Signing.PrivateKey) throws {
    chain = [certificate]
    self.key = Certificate.PrivateKey(key)
    keyDocument = try PEMDocument(pemString: key.pemRepresentation)
  }

  /// The chain and the key as PEM, for programs: the key is last, as PKCS#8. Before them are lines that say what the server must know:
  /// `name NAME` for each host name in the certificate, and `key-bits NUMBER` with the bits of an RSA key, 0 for P-256.
  public func bundle() throws -> String {
    let lines = try hostNames.map { "name \($0)\n" } + ["key-bits \(rsaBits)\n"]
    let documents = try chain.map { try $0.serializeAsPEM() } + [keyDocument]
    return (lines + documents.map { $0.pemString + "\n" }).joined()
  }

  /// Clients ask for hosts by name only (RFC 6066, 3).
  private var hostNames: [String] {
    get throws {
      try chain[0].extensions.subjectAlternativeNames?.compactMap {
        if case .dnsName(let name) = $0 { name } else { nil }
      } ?? []
    }
  }

  private var rsaBits: Int {
    (try? _RSA.Signing.PrivateKey(unsafePEMRepresentation: keyDocument.pemString))?.keySizeInBits
      ?? 0
  }

  // MARK: Certificates

  private static func readChain(_ name: String) throws -> [Certificate] {
    try PEMFile(name).documents.enumerated().map { index, document in
      guard document.discriminator == Certificate.defaultPEMDiscriminator else {
        throw IdentityError(
          name, .unexpectedBlock(label: document.discriminator, wanted: "a certificate"))
      }
      do {
        return try Certificate(pemDocument: document)
      } catch {
        throw IdentityError(name, .malformedCertificate(index + 1))
      }
    }
  }

  private func check(_ name: String, _ now: Int64) throws {
    let date = Date(timeIntervalSince1970: Double(now))
    for certificate in chain {
      if certificate.notValidAfter < date {
        throw IdentityError(name, .expired(certificate.notValidAfter.ISO8601Format()))
      }
      if certificate.notValidBefore > date {
        throw IdentityError(name, .notYetValid(certificate.notValidBefore.ISO8601Format()))
      }
    }
    for index in chain.indices.dropLast()
    where chain[index].issuer != chain[index + 1].subject
      || !chain[index + 1].publicKey.isValidSignature(chain[index].signature, for: chain[index])
    {
      throw IdentityError(name, .wrongOrder(index + 1))
    }
    let names = try? chain[0].extensions.subjectAlternativeNames
    if names?.isEmpty ?? true { throw IdentityError(name, .noHostName) }
  }

  // MARK: The key

  private static func readKey(
    _ name: String
  ) throws -> (Certificate.PrivateKey, PEMDocument) {
    // `openssl ecparam -genkey` puts the curve before the key.
    let documents = try PEMFile(name).documents.filter { $0.discriminator != "EC PARAMETERS" }
    guard documents.count == 1, let document = documents.first else {
      throw IdentityError(name, .notOneKey)
    }
    switch document.discriminator {
    case "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY": break
    case "ENCRYPTED PRIVATE KEY": throw IdentityError(name, .encryptedKey)
    default:
      throw IdentityError(
        name, .unexpectedBlock(label: document.discriminator, wanted: "a private key"))
    }
    let text = document.pemString
    if let key = try? P256.Signing.PrivateKey(pemRepresentation: text) {
      return (Certificate.PrivateKey(key), try PEMDocument(pemString: key.pemRepresentation))
    }
    if let key = try? _RSA.Signing.PrivateKey(unsafePEMRepresentation: text) {
      guard 2048...4096 ~= key.keySizeInBits else {
        throw IdentityError(name, .unsupportedKey("an RSA key of \(key.keySizeInBits) bits"))
      }
      return (Certificate.PrivateKey(key), try PEMDocument(pemString: key.pkcs8PEMRepresentation))
    }
    if let kind = otherKind(text) { throw IdentityError(name, .unsupportedKey(kind)) }
    throw IdentityError(name, .malformedKey)
  }

  private static func otherKind(_ text: String) -> String? {
    if (try? P384.Signing.PrivateKey(pemRepresentation: text)) != nil { return "a P-384 key" }
    if (try? P521.Signing.PrivateKey(pemRepresentation: text)) != nil { return "a P-521 key" }
    if (try? Certificate.PrivateKey(pemEncoded: text)) != nil { return "a key of this kind" }
    return nil
  }
}
