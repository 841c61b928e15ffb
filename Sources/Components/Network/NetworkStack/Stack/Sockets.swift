// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// A connection's number. That of a closed one is refused, not confused with a later one's.
public struct TCPConnection: Hashable, BitwiseCopyable, Sendable {
  let index: Int32
  let generation: UInt32
}

/// A listener's number.
public struct TCPListener: Hashable, BitwiseCopyable, Sendable {
  let index: Int32
  let generation: UInt32
}

/// A socket, in an event.
public enum SocketName: Equatable, BitwiseCopyable, Sendable {
  case connection(TCPConnection)
  case listener(TCPListener)
  case datagrams(UDPSocket)
  case lookup(DNSLookup)
  /// The stack's own address was set, changed or lost.
  case address
  /// Another station says that it has the stack's own address. We said that it is ours, or gave it up (`address` tells);
  /// once in 10 s at most, but for giving it up.
  case addressConflict(MACAddress)
}

/// Something that an owner waits for. Each change is told once: an owner reads, writes or accepts
/// until there is no more, and then waits for the next event.
public struct SocketEvent: Equatable, BitwiseCopyable, Sendable {
  public var socket: SocketName
  /// What the owner called the socket.
  public var tag: UInt
  public var readiness: Readiness
}

/// What came with a frame that its reader has to take now, out of the frame: the stack has no copy.
public enum Delivery: Equatable, BitwiseCopyable, Sendable {
  case nothing
  /// A datagram for a direct socket.
  case datagram(UDPSocket, tag: UInt, from: Endpoint, ByteRange)
  /// The next bytes of a direct connection. What the reader cannot take it gives back with `keep`.
  case stream(TCPConnection, tag: UInt, ByteRange)
}

/// Why a socket could not be made.
public enum SocketError: Error, Equatable, Sendable {
  /// As many as there may be are in use; `StackConfiguration` has the limits.
  case noSocket
  /// The budget of buffers is used up.
  case noMemory
  case portInUse
  /// The stack has no address yet, or no route there.
  case unreachable
}

/// What became of a datagram.
public enum DatagramOutcome: Equatable, BitwiseCopyable, Sendable {
  case sent
  /// It waits until the neighbour's address is known.
  case held
  /// There was no buffer, or no room to hold it; nothing was sent.
  case noBuffer
  /// The stack has no address, there is no route, or the neighbour does not answer.
  case unreachable
  /// It does not fit into one packet.
  case tooLong
  /// The socket is closed.
  case closed
}

/// What a read has brought.
public enum ReadOutcome: Equatable, BitwiseCopyable, Sendable {
  /// So many bytes.
  case bytes(Int)
  /// Nothing yet: the connection's `readable` event tells when.
  case nothingYet
  /// The peer sends no more.
  case end
  /// The connection is no more.
  case closed
}
