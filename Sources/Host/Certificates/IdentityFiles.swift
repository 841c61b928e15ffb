// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO

/// The files of a new identity.
public enum IdentityFiles {
  /// Names of the files with the certificate and the key.
  public static let names = (certificate: "certificate.pem", key: "key.pem")

  /// Writes both files into `directory`, which is made if need be. Only their owner can read the key.
  ///
  /// - Throws: `FileError`, and `IdentityError.exists` if one of them is there: a key is never replaced.
  public static func write(_ identity: ServerIdentity, to directory: String) throws {
    let certificate = "\(directory)/\(names.certificate)"
    let key = "\(directory)/\(names.key)"
    for file in [certificate, key] where Files.exists(file) { throw IdentityError(file, .exists) }
    try Files.makeDirectory(directory)
    try Files.createPrivate(key, with: Array((identity.keyDocument.pemString + "\n").utf8))
    let text = try identity.chain.map { try $0.serializeAsPEM().pemString + "\n" }.joined()
    try Files.replace(certificate, with: Array(text.utf8))
  }
}
