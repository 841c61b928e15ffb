// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import IndexSets
import Microkit
import NetworkStack
import Time
import Wire

/// A program on the network. `NetworkDomain` calls it for each event, and sends what it has written after it returns.
public protocol NetworkProgram: ~Copyable {
  /// Called once, before everything else.
  mutating func start(_ network: inout Network)
  /// Handles an event of a socket. Data lent by `receive` causes no event.
  mutating func handle(_ event: SocketEvent, _ network: inout Network)
  /// Receives bytes of a direct connection, lent for the call. Returns how many it consumed; the stack keeps the rest to be
  /// read.
  mutating func receive(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int
  /// Receives a datagram of a direct socket, lent for the call.
  mutating func receive(
    _ datagram: RawSpan, from remote: Endpoint, on socket: UDPSocket, tag: UInt,
    _ network: inout Network)
  /// Handles signals of channels that are not the network's.
  mutating func notified(_ channels: ChannelSet, _ network: inout Network)
  /// Does the work that remains after all events of a turn, also when `deadline` has passed.
  mutating func work(_ network: inout Network)
  /// When `work` must be called next even without an event.
  var deadline: Instant { get }
}

extension NetworkProgram where Self: ~Copyable {
  /// Consumes nothing.
  public mutating func receive(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int { 0 }
  /// Drops the datagram.
  public mutating func receive(
    _ datagram: RawSpan, from remote: Endpoint, on socket: UDPSocket, tag: UInt,
    _ network: inout Network
  ) {}
  /// Ignores the signals.
  public mutating func notified(_ channels: ChannelSet, _ network: inout Network) {}
  /// Does nothing.
  public mutating func work(_ network: inout Network) {}
  /// Never.
  public var deadline: Instant { .never }
}
