// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What is wrong with a file of certificates or a key.
public struct IdentityError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// There is no PEM block in it.
    case notPEM
    /// A block of another kind than a certificate, or a key; its label.
    case unexpectedBlock(label: String, wanted: String)
    /// The certificate with this number, from 1, is malformed.
    case malformedCertificate(Int)
    /// The file has no key, or several.
    case notOneKey
    /// The key needs a passphrase.
    case encryptedKey
    /// The key is malformed.
    case malformedKey
    /// The server cannot sign with a key of this kind.
    case unsupportedKey(String)
    /// The key is not that of the first certificate of the file named.
    case otherKey(certificate: String)
    /// The certificate is no longer valid; the time at which it ended.
    case expired(String)
    /// The certificate is not valid yet; the time at which it begins.
    case notYetValid(String)
    /// The certificate with this number was not issued for the one that follows it.
    case wrongOrder(Int)
    /// The first certificate names no host.
    case noHostName
    /// A file is there that would be replaced.
    case exists
    /// Not a host name or an IP address.
    case badName(String)
  }

  /// The file, or what else it is about.
  public let file: String
  /// What is wrong.
  public let problem: Problem

  init(_ file: String, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }
}
