// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The settings, once for all connections.
final class Configuration {
  let settings: TLSSettings

  init(_ settings: TLSSettings) { self.settings = settings }
}
