// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography

/// The settings, and what follows from them, once for all connections.
final class Configuration {
  let settings: TLSSettings
  private let sha256 = KeySchedule(.sha256)
  private let sha384 = KeySchedule(.sha384)

  init(_ settings: TLSSettings) { self.settings = settings }

  /// The beginning of each handshake without a ticket.
  func schedule(_ hash: HashFunction) -> KeySchedule { hash == .sha256 ? sha256 : sha384 }
}
