// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NetworkStack
import Streams
import Time
import Wire

/// The pump between a server's streams and TCP connections. It takes each event of a connection and of a listener, bytes
/// that the stack lends, and a call in each turn (`serveChanged`). The caller owns the endpoint.
///
/// Memory: a handle for each stream. Bytes that the endpoint does not take stay in the stack, whose window then closes.
public struct TCPServerPump: ~Copyable {
  // By stream.
  private var connections: [TCPConnection?]

  /// A pump without streams.
  ///
  /// - Parameter streamLimit: the endpoint's streams have numbers below this.
  public init(streamLimit: Int) {
    connections = [TCPConnection?](repeating: nil, count: max(streamLimit, 0))
  }

  // MARK: Events

  /// Accepts the connections that wait at a listener.
  ///
  /// - Parameter number: of the listener, by which the endpoint tells its listeners apart.
  public mutating func accept<Streams: StreamServer & ~Copyable>(
    from listener: TCPListener, number: Int = 0, _ endpoint: inout Streams,
    _ stack: inout NetworkStack, now: Instant
  ) {
    while let connection = stack.accept(listener) {
      guard let stream = endpoint.open(on: number, now: now) else {
        Self.refuse(connection, endpoint.busyAnswer(on: number), &stack, now: now)
        continue
      }
      guard connections.indices.contains(stream) else {
        endpoint.closed(stream, now: now)
        stack.abort(connection)
        continue
      }
      connections[stream] = connection
      stack.setTag(UInt(stream + 1), of: connection)
      read(stream, connection, &endpoint, &stack, now: now)
      serve(stream, connection, &endpoint, &stack, now: now)
    }
  }

  /// Handles an event of a connection.
  ///
  /// - Parameter tag: the event's tag.
  public mutating func handle<Streams: StreamServer & ~Copyable>(
    _ connection: TCPConnection, tag: UInt, _ endpoint: inout Streams,
    _ stack: inout NetworkStack, now: Instant
  ) {
    guard let stream = stream(of: connection, tag) else {
      return Self.discardInput(connection, &stack, now: now)
    }
    read(stream, connection, &endpoint, &stack, now: now)
    serve(stream, connection, &endpoint, &stack, now: now)
  }

  /// Takes bytes of a direct connection, which the stack lends. Returns how many the endpoint took.
  public mutating func receive<Streams: StreamServer & ~Copyable>(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ endpoint: inout Streams,
    _ stack: inout NetworkStack, now: Instant
  ) -> Int {
    guard let stream = stream(of: connection, tag) else { return bytes.byteCount }
    let taken = bytes.withOctets { endpoint.receive(stream, $0, now: now) }
    serve(stream, connection, &endpoint, &stack, now: now)
    return taken
  }

  /// Serves the streams that changed without an event of their connection: because a deadline has passed, or something
  /// outside has happened.
  public mutating func serveChanged<Streams: StreamServer & ~Copyable>(
    _ endpoint: inout Streams, _ stack: inout NetworkStack, now: Instant
  ) {
    while let stream = endpoint.nextChanged() {
      guard connections.indices.contains(stream), let connection = connections[stream] else {
        continue
      }
      // It may now take what it left unread.
      if stack.readableByteCount(connection) > 0 {
        read(stream, connection, &endpoint, &stack, now: now)
      }
      serve(stream, connection, &endpoint, &stack, now: now)
    }
  }

  private func stream(of connection: TCPConnection, _ tag: UInt) -> Int? {
    guard tag > 0, tag <= UInt(connections.count), connections[Int(tag) - 1] == connection else {
      return nil
    }
    return Int(tag) - 1
  }

  // MARK: Connections without a stream

  /// Turns a connection away with `answer`, whatever it asks for. It is closed when the peer has ended its side, or has
  /// been silent for the idle limit: closing it with unread requests would send a reset, and could destroy the answer.
  @inline(never)
  private static func refuse(
    _ connection: TCPConnection, _ answer: StaticString, _ stack: inout NetworkStack, now: Instant
  ) {
    guard answer.utf8CodeUnitCount > 0 else { return stack.abort(connection) }
    [UInt8](answer).span.withRawBytes { _ = stack.write($0, to: connection) }
    stack.finishSending(connection)
    discardInput(connection, &stack, now: now)
  }

  @inline(never)
  private static func discardInput(
    _ connection: TCPConnection, _ stack: inout NetworkStack, now: Instant
  ) {
    while true {
      switch stack.read(connection, { $0.byteCount }) {
      case .bytes: break
      case .nothingYet: return
      case .end, .closed: return stack.close(connection, now: now)
      }
    }
  }

  // MARK: One stream

  // Called in several places, and too large to be there in copies.
  @inline(never)
  private mutating func read<Streams: StreamServer & ~Copyable>(
    _ stream: Int, _ connection: TCPConnection, _ endpoint: inout Streams,
    _ stack: inout NetworkStack, now: Instant
  ) {
    switch stack.pass(connection, to: stream, of: &endpoint, now: now) {
    case .open: break
    case .ended: endpoint.peerEnded(stream, now: now)
    case .closed: end(stream, connection, &endpoint, &stack, now: now)
    }
  }

  /// Sends what the stream has, and lets the endpoint read on, until neither makes progress. Then ends the connection if
  /// the endpoint says so.
  @inline(never)
  private mutating func serve<Streams: StreamServer & ~Copyable>(
    _ stream: Int, _ connection: TCPConnection, _ endpoint: inout Streams,
    _ stack: inout NetworkStack, now: Instant
  ) {
    guard connections[stream] == connection else { return }
    while stack.send(stream, of: &endpoint, to: connection, now: now) {
      // The endpoint may now take what it left unread, and the peer's end behind it.
      guard stack.readableByteCount(connection) > 0 else { continue }
      read(stream, connection, &endpoint, &stack, now: now)
      guard connections[stream] == connection else { return }
    }
    switch endpoint.disposal(stream) {
    case .stayOpen: break
    case .endOutput: if endpoint.outputCount(stream) == 0 { stack.finishSending(connection) }
    case .close: end(stream, connection, &endpoint, &stack, now: now)
    case .reset:
      stack.abort(connection)
      forget(stream, &endpoint, now: now)
    }
  }

  private mutating func end<Streams: StreamServer & ~Copyable>(
    _ stream: Int, _ connection: TCPConnection, _ endpoint: inout Streams,
    _ stack: inout NetworkStack, now: Instant
  ) {
    stack.close(connection, now: now)
    forget(stream, &endpoint, now: now)
  }

  @inline(never)
  private mutating func forget<Streams: StreamServer & ~Copyable>(
    _ stream: Int, _ endpoint: inout Streams, now: Instant
  ) {
    connections[stream] = nil
    endpoint.closed(stream, now: now)
  }
}
