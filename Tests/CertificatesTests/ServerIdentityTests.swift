// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Crypto
import FoundationEssentials
import Glibc
import HostIO
import TestSupport
import Testing
import X509
import _CryptoExtras

@testable import Certificates

@Suite final class ServerIdentityTests {
  /// 2026-06-01.
  private let now: Int64 = 1_780_272_000
  private let directory: String

  init() throws { directory = try TemporaryDirectory.make() }
  deinit { TemporaryDirectory.remove(directory) }

  private func file(_ name: String, _ text: String) throws -> String {
    let path = "\(directory)/\(name)"
    try Files.replace(path, with: Array(text.utf8))
    return path
  }

  private func made(
    names: [String] = ["localhost"], days: Int = 30
  ) throws -> (certificate: String, key: String) {
    let identity = try ServerIdentity.selfSigned(names: names, days: days, now: now)
    return (
      try file("certificate.pem", try identity.chain[0].serializeAsPEM().pemString),
      try file("key.pem", identity.keyDocument.pemString)
    )
  }

  private func problem(_ certificate: String, _ key: String, at time: Int64? = nil) -> IdentityError
    .Problem?
  {
    do {
      _ = try ServerIdentity(certificate: certificate, key: key, now: time ?? now)
      return nil
    } catch {
      return (error as? IdentityError)?.problem
    }
  }

  @Test func ofItsOwn() throws {
    let (certificate, key) = try made(names: ["site.example", "127.0.0.1", "::1", "*.site.example"])
    let identity = try ServerIdentity(certificate: certificate, key: key, now: now)
    let names = try #require(try identity.chain[0].extensions.subjectAlternativeNames)
    #expect(names.count == 4)
    #expect(
      try identity.bundle().components(separatedBy: "-----BEGIN ").map { $0.prefix(12) }.dropFirst()
        == ["CERTIFICATE-", "PRIVATE KEY-"])
    #expect(
      try identity.bundle().hasPrefix("name site.example\nname *.site.example\nkey-bits 0\n-----"))
  }

  @Test(arguments: [
    "", "a b", "-a", "a-", "x..y", "a.*", "1.2.3", String(repeating: "a", count: 64), "ä.example",
  ])
  func namesThatAreNone(_ name: String) {
    #expect(throws: IdentityError("certificate", .badName(name))) {
      try ServerIdentity.selfSigned(names: [name], days: 1, now: now)
    }
  }

  /// Each form of a key is read, and passed on as PKCS#8.
  @Test func forms() throws {
    let p256 = P256.Signing.PrivateKey()
    for text in [
      p256.pemRepresentation,
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        + p256.pemRepresentation,
    ] {
      let (certificate, _) = try made()
      #expect(
        problem(certificate, try file("other.pem", text)) == .otherKey(certificate: certificate))
    }
    let (certificate, key) = try made()
    #expect(problem(certificate, key) == nil)
  }

  @Test func keysThatAreRefused() throws {
    let (certificate, key) = try made()
    let small = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024))
    for (text, expected) in [
      (
        P384.Signing.PrivateKey().pemRepresentation,
        IdentityError.Problem.unsupportedKey("a P-384 key")
      ),
      (P521.Signing.PrivateKey().pemRepresentation, .unsupportedKey("a P-521 key")),
      (small.pemRepresentation, .unsupportedKey("an RSA key of 1024 bits")),
      (
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        .encryptedKey
      ),
      ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", .malformedKey),
      (
        String(decoding: try Files.read(certificate), as: UTF8.self),
        .unexpectedBlock(label: "CERTIFICATE", wanted: "a private key")
      ),
      (
        P256.Signing.PrivateKey().pemRepresentation + "\n"
          + P256.Signing.PrivateKey().pemRepresentation, .notOneKey
      ),
      ("", .notPEM), ("no key", .notPEM),
    ] {
      #expect(problem(certificate, try file("wrong.pem", text)) == expected)
    }
    #expect(problem(key, key) == .unexpectedBlock(label: "PRIVATE KEY", wanted: "a certificate"))
    #expect(
      problem(
        try file("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), key)
        == .malformedCertificate(1))
  }

  @Test func times() throws {
    let (certificate, key) = try made(days: 30)
    let day: Int64 = 86400
    #expect(problem(certificate, key, at: now + 30 * day - 1) == nil)
    #expect(problem(certificate, key, at: now + 30 * day + 1) == .expired("2026-07-01T00:00:00Z"))
    #expect(problem(certificate, key, at: now - 7200) == .notYetValid("2026-05-31T23:00:00Z"))
  }

  @Test func aChainInTheWrongOrder() throws {
    let (certificate, key) = try made()
    let other = try ServerIdentity.selfSigned(names: ["other"], days: 30, now: now)
    let both =
      String(decoding: try Files.read(certificate), as: UTF8.self) + "\n"
      + (try other.chain[0].serializeAsPEM().pemString)
    #expect(problem(try file("chain.pem", both), key) == .wrongOrder(1))
  }

  @Test func filesAreNotReplaced() throws {
    let identity = try ServerIdentity.selfSigned(names: ["localhost"], days: 1, now: now)
    let place = directory
    try IdentityFiles.write(identity, to: place)
    var status = stat()
    #expect(stat("\(place)/key.pem", &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(throws: IdentityError("\(place)/certificate.pem", .exists)) {
      try IdentityFiles.write(identity, to: place)
    }
    #expect(
      try ServerIdentity(certificate: "\(place)/certificate.pem", key: "\(place)/key.pem", now: now)
        .chain == identity.chain)
  }
}
