// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An IP address. A second case would make the compiler point at all code that must handle it.
public enum IPAddress: Hashable, BitwiseCopyable, Sendable {
  /// IPv4.
  case v4(IPv4Address)
}

/// An address and a port: one end of a connection or datagram.
public struct Endpoint: Hashable, BitwiseCopyable, Sendable {
  /// The host.
  public var address: IPAddress
  /// The port.
  public var port: UInt16

  /// An endpoint of either address family.
  @inline(__always)
  public init(_ address: IPAddress, _ port: UInt16) {
    self.address = address
    self.port = port
  }

  /// An IPv4 endpoint.
  @inline(__always)
  public init(_ address: IPv4Address, _ port: UInt16) {
    self.address = .v4(address)
    self.port = port
  }
}
