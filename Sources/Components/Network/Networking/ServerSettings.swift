// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import Time

/// Where a `ServerProgram` listens, and what it may use.
public struct ServerSettings: Sendable {
  /// The TCP ports, one or two. The listener of each has its place here as its number.
  public var ports: [UInt16]
  /// Streams that the endpoint has at most: their numbers are below it.
  public var streamLimit: Int
  /// The settings of each connection.
  public var connection: TCPSettings
  /// The size of the program's stack.
  public var network: NetworkSettings

  /// A listener for `streamLimit` streams. Connections lend received bytes to the endpoint, and send its output at once.
  public init(ports: [UInt16], streamLimit: Int) {
    self.ports = ports
    self.streamLimit = streamLimit
    connection = TCPSettings()
    connection.receiveByteCount = 8 << 10
    connection.sendByteCount = 64 << 10
    connection.isImmediate = true
    connection.isDirect = true
    connection.backlog = 256
    // Only for connections without a stream; the endpoint has limits of its own for the others.
    connection.idleLimit = .seconds(60)
    network = NetworkSettings()
    // Connections that are closing, or being turned away, need room as well.
    network.connectionLimit = streamLimit + streamLimit / 2
    // All clients may come at once. In a flood, half-open connections still give way to new ones.
    network.halfOpenLimit = streamLimit
    // The stack reserves half of it for later connections, 4 KB each: enough for all of them. With less, a client
    // that is turned away could get a reset instead of its answer.
    network.bufferByteCount = max(network.connectionLimit * 8 << 10, 1 << 20)
  }
}
