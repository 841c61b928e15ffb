// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SwiftASN1

/// The PEM blocks of a file (RFC 7468).
struct PEMFile {
  let name: String
  let documents: [PEMDocument]

  /// - Throws: `FileError` or `IdentityError.notPEM`.
  init(_ name: String) throws {
    let bytes = try Files.read(name, limit: 1 << 20)
    self.name = name
    do {
      documents = try PEMDocument.parseMultiple(pemString: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw IdentityError(name, .notPEM)
    }
    if documents.isEmpty { throw IdentityError(name, .notPEM) }
  }
}
