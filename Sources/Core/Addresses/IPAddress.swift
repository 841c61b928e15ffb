// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An address of the Internet protocols. One kind today; a second makes the compiler point at every
/// place that has to know.
public enum IPAddress: Hashable, BitwiseCopyable, Sendable {
  case v4(IPv4Address)
}

/// One end of a flow.
public struct Endpoint: Hashable, BitwiseCopyable, Sendable {
  public var address: IPAddress
  public var port: UInt16

  @inline(__always)
  public init(_ address: IPAddress, _ port: UInt16) {
    self.address = address
    self.port = port
  }

  @inline(__always)
  public init(_ address: IPv4Address, _ port: UInt16) {
    self.address = .v4(address)
    self.port = port
  }
}
