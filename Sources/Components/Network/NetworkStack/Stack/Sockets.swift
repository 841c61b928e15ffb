// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// A handle of a connection. The handle of a closed connection is refused, never confused with a
/// later one's.
public struct TCPConnection: Hashable, BitwiseCopyable, Sendable {
  let index: Int32
  let generation: UInt32
}

/// A handle of a listener.
public struct TCPListener: Hashable, BitwiseCopyable, Sendable {
  let index: Int32
  let generation: UInt32
}

/// What an event is about.
public enum SocketName: Equatable, BitwiseCopyable, Sendable {
  /// A connection.
  case connection(TCPConnection)
  /// A listener.
  case listener(TCPListener)
  /// A UDP socket.
  case datagrams(UDPSocket)
  /// A DNS look-up.
  case lookup(DNSLookup)
  /// The stack's own address was set, changed or lost.
  case address
  /// Another station claims the stack's own address. We have defended it, or given it up, which an
  /// `address` event reports. At most once in 10 s, except when it is given up.
  case addressConflict(MACAddress)
}

/// A change that an owner can react to. Each change is reported once: the owner reads, writes or
/// accepts until there is no more, then waits for the next event.
public struct SocketEvent: Equatable, BitwiseCopyable, Sendable {
  /// The source of the event.
  public var socket: SocketName
  /// The tag that the owner gave the socket.
  public var tag: UInt
  /// What has changed.
  public var readiness: Readiness
}

/// Data that its reader has to take out of the received frame now: the stack keeps no copy.
public enum Delivery: Equatable, BitwiseCopyable, Sendable {
  /// Nothing to take out of the frame.
  case nothing
  /// A datagram for a direct socket, as a range of the frame.
  case datagram(UDPSocket, tag: UInt, from: Endpoint, ByteRange)
  /// The next bytes of a direct connection. The reader returns those that it cannot consume with
  /// `keep`.
  case stream(TCPConnection, tag: UInt, ByteRange)
}

/// Why a socket could not be created.
public enum SocketError: Error, Equatable, Sendable {
  /// All are in use; `StackConfiguration` has the limits.
  case noSocket
  /// The buffer memory is used up.
  case noMemory
  /// Another socket or connection has the port.
  case portInUse
  /// The stack has no address, or there is no route.
  case unreachable
}

/// The outcome of sending a datagram.
public enum DatagramOutcome: Equatable, BitwiseCopyable, Sendable {
  /// The datagram was sent.
  case sent
  /// The datagram waits until the neighbour's address is known.
  case held
  /// No buffer was free, or there was no room to hold the datagram; it was not sent.
  case noBuffer
  /// The stack has no address, there is no route, or the neighbour does not answer.
  case unreachable
  /// The datagram does not fit into one packet.
  case tooLong
  /// The socket is closed.
  case closed
}

/// The outcome of a read.
public enum ReadOutcome: Equatable, BitwiseCopyable, Sendable {
  /// Bytes were read: how many.
  case bytes(Int)
  /// No data yet; a `readable` event follows.
  case nothingYet
  /// The peer sends no more.
  case end
  /// The connection has ended.
  case closed
}
