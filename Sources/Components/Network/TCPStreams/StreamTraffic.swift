// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NetworkStack
import Streams
import Time
import Wire

// One stream of an endpoint over one TCP connection: what the pumps of servers and clients have in common.

/// How far the bytes of a connection have come.
enum StreamInput {
  /// The peer may send more, or the endpoint takes no more now.
  case open
  /// The peer has ended its direction.
  case ended
  /// The connection has ended in both directions.
  case closed
}

extension NetworkStack {
  /// Passes what has arrived on a connection to a stream, as much as the endpoint takes.
  mutating func pass<Streams: StreamEndpoint & ~Copyable>(
    _ connection: TCPConnection, to stream: Int, of endpoint: inout Streams, now: Instant
  ) -> StreamInput {
    while true {
      let outcome = read(connection) { bytes in
        bytes.withOctets { endpoint.receive(stream, $0, now: now) }
      }
      switch outcome {
      case .bytes(let count): if count == 0 { return .open }
      case .nothingYet: return .open
      case .end: return .ended
      case .closed: return .closed
      }
    }
  }

  /// Writes what a stream has to send to a connection. Returns whether anything moved.
  mutating func send<Streams: StreamEndpoint & ~Copyable>(
    _ stream: Int, of endpoint: inout Streams, to connection: TCPConnection, now: Instant
  ) -> Bool {
    endpoint.send(stream, now: now) { bytes in
      bytes.withRawBytes { write($0, to: connection) } ?? 0
    }
  }
}
