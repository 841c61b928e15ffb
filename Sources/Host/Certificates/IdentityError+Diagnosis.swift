// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

extension IdentityError: DiagnosableError {
  /// One finding, which names the file and the fix.
  public var findings: [Finding] {
    let (message, fix) = problem.text
    return [Finding(rule: problem.rule, at: .file(file), message, fix: fix)]
  }
}

extension IdentityError.Problem {
  fileprivate var rule: String {
    switch self {
    case .notPEM, .unexpectedBlock, .malformedCertificate, .wrongOrder, .noHostName:
      "certificate-file"
    case .expired, .notYetValid: "certificate-time"
    case .exists: "file-exists"
    case .badName: "host-name"
    default: "key-file"
    }
  }

  fileprivate var text: (message: String, fix: String?) {
    switch self {
    case .notPEM:
      (
        "there is no PEM block, which begins with -----BEGIN",
        "convert DER with 'openssl x509 -inform DER' or 'openssl pkey -inform DER'"
      )
    case .unexpectedBlock(let label, let wanted):
      ("there is a block '\(label)' where \(wanted) is expected", nil)
    case .malformedCertificate(let number): ("certificate \(number) is malformed", nil)
    case .notOneKey: ("there must be exactly one private key", nil)
    case .encryptedKey:
      ("the key is encrypted", "decrypt it with 'openssl pkey -in FILE -out NEW'")
    case .malformedKey:
      ("the key is neither PKCS#8, SEC 1 nor PKCS#1", nil)
    case .unsupportedKey(let kind):
      ("the server cannot sign with \(kind)", "use a P-256 key, or RSA of 2048 to 4096 bits")
    case .otherKey(let certificate):
      ("the key is not that of the first certificate in '\(certificate)'", nil)
    case .expired(let time): ("the certificate expired at \(time)", "get a new one")
    case .notYetValid(let time): ("the certificate is not valid before \(time)", nil)
    case .wrongOrder(let number):
      (
        "certificate \(number) was not issued by the one behind it",
        "put the server's certificate first and each issuer behind what it issued"
      )
    case .noHostName:
      (
        "the certificate names no host, so that no client accepts it",
        "get one with subjectAltName, or make one with 'serval certificate NAME'"
      )
    case .exists: ("there is a file of this name already", "move it, or name another directory")
    case .badName(let name): ("'\(name)' is neither a host name nor an IP address", nil)
    }
  }
}
