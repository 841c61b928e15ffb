// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Microkit
import NetworkStack
import Wire

/// A program on the network. Its domain calls it when something has happened; what it has to send goes out
/// when it returns.
public protocol NetworkProgram: ~Copyable {
  /// Once, before anything else.
  mutating func start(_ network: inout Network)
  /// A socket is ready.
  mutating func handle(_ event: SocketEvent, _ network: inout Network)
  /// Bytes of a direct connection, lent for the call: how many were taken. The rest is kept to be read.
  mutating func take(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int
  /// A datagram of a direct socket, lent for the call.
  mutating func take(
    _ datagram: RawSpan, from remote: Endpoint, on socket: UDPSocket, tag: UInt,
    _ network: inout Network)
  /// Channels that are not the network's have signalled.
  mutating func notified(_ channels: ChannelSet, _ network: inout Network)
  /// All events have been handled, and `network.now` may be `deadline`: the rest of the work.
  mutating func work(_ network: inout Network)
  /// When to work next, should nothing happen before.
  var deadline: Instant { get }
}

extension NetworkProgram where Self: ~Copyable {
  public mutating func take(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int { 0 }
  public mutating func take(
    _ datagram: RawSpan, from remote: Endpoint, on socket: UDPSocket, tag: UInt,
    _ network: inout Network
  ) {}
  public mutating func notified(_ channels: ChannelSet, _ network: inout Network) {}
  public mutating func work(_ network: inout Network) {}
  public var deadline: Instant { .never }
}
