// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Records

/// What a program wants of its stack; the rest is in its records.
public struct NetworkSettings: Sendable {
  public var connectionLimit = 64
  /// Connections whose handshake is not over; with one more, the oldest is given up, and its peer gets a
  /// reset if it was honest. A quarter of all where it is nil.
  public var halfOpenLimit: Int?
  public var listenerLimit = 4
  public var datagramSocketLimit = 4
  /// The budget of all sockets' buffers in bytes.
  public var bufferByteCount = 1 << 20

  public init() {}

  func configuration(hardware: MACAddress, ticks: UInt64) -> StackConfiguration {
    var configuration = StackConfiguration(
      hardware: hardware, secret: (ticks &* 0x9e37_79b9_7f4a_7c15, hardware.value ^ ticks))
    configuration.connectionLimit = connectionLimit
    configuration.halfOpenLimit = halfOpenLimit ?? max(connectionLimit / 4, 16)
    configuration.listenerLimit = listenerLimit
    configuration.datagramSocketLimit = datagramSocketLimit
    configuration.bufferByteCount = bufferByteCount
    return configuration
  }
}
