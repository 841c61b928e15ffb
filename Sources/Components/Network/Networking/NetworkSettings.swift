// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Records

/// The size of a program's stack. Everything else is in its records.
public struct NetworkSettings: Sendable {
  /// Maximum number of connections.
  public var connectionLimit = 64
  /// Maximum number of connections in the handshake. One more replaces the oldest, whose peer gets a reset when it
  /// continues. If nil, a quarter of all connections, at least 16.
  public var halfOpenLimit: Int?
  /// Maximum number of listeners.
  public var listenerLimit = 4
  /// Maximum number of UDP sockets.
  public var datagramSocketLimit = 4
  /// Memory for all sockets' buffers, in bytes.
  public var bufferByteCount = 1 << 20

  /// The default settings.
  public init() {}

  func configuration(
    hardware: MACAddress, ticks: UInt64, secrets: StackSecrets?
  ) -> StackConfiguration {
    var configuration = StackConfiguration(
      hardware: hardware, secret: (ticks &* 0x9e37_79b9_7f4a_7c15, hardware.value ^ ticks))
    configuration.secrets = secrets
    configuration.connectionLimit = connectionLimit
    configuration.halfOpenLimit = halfOpenLimit ?? max(connectionLimit / 4, 16)
    configuration.listenerLimit = listenerLimit
    configuration.datagramSocketLimit = datagramSocketLimit
    configuration.bufferByteCount = bufferByteCount
    return configuration
  }
}
