// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records

extension SystemLayout {
  /// Whether some domain holds private keys.
  public var hasSigner: Bool { records.contains { $0.section == "\(SignerConfig.section)" } }

  /// Whether a domain is to serve TLS.
  public func servesTLS(_ domain: String) -> Bool {
    records.contains { $0.domain == domain && $0.section == "\(TLSServerConfig.section)" }
  }
}
