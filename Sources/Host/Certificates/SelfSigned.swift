// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Crypto
import FoundationEssentials
import Glibc
import SwiftASN1
import X509

extension ServerIdentity {
  /// A new P-256 key, and a certificate of it that it signs itself.
  ///
  /// - Parameters:
  ///   - names: host names and IP addresses of the server; the first one is the subject's name.
  ///   - days: for how long it is valid.
  ///   - now: the present time, in seconds since 1970.
  /// - Throws: `IdentityError.badName`.
  public static func selfSigned(names: [String], days: Int, now: Int64) throws -> ServerIdentity {
    let key = P256.Signing.PrivateKey()
    let subject = try DistinguishedName { CommonName(names.first ?? "") }
    let alternatives = try names.map { try generalName($0) }
    // Clocks differ, and a certificate is used at once.
    let begin = Date(timeIntervalSince1970: Double(now - 3600))
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(),
      publicKey: Certificate.PublicKey(key.publicKey), notValidBefore: begin,
      notValidAfter: begin.addingTimeInterval(Double(days) * 86400 + 3600), issuer: subject,
      subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(alternatives)
        SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
      }, issuerPrivateKey: Certificate.PrivateKey(key))
    return try ServerIdentity(certificate, key)
  }

  private static func generalName(_ name: String) throws -> GeneralName {
    if let address = addressBytes(name) {
      return .ipAddress(ASN1OctetString(contentBytes: address[...]))
    }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let isName =
      name.utf8.count <= 253
      && labels.enumerated().allSatisfy { index, label in
        (1...63).contains(label.utf8.count) && (label != "*" || index == 0)
          && (label == "*"
            || label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
          && !label.hasPrefix("-") && !label.hasSuffix("-")
      } && labels.last?.contains(where: \.isLetter) == true
    guard isName else { throw IdentityError("certificate", .badName(name)) }
    return .dnsName(name)
  }

  /// The bytes of an IPv4 or IPv6 address.
  private static func addressBytes(_ text: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }
}
