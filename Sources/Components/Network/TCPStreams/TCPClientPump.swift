// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Bytes
import NetworkStack
import Streams
import Time
import Wire

/// The pump between a client's stream and a TCP connection, which it opens and closes when the client asks. It takes the
/// connection's events, bytes that the stack lends, and a call in each turn (`serve`). The caller owns the endpoint.
public struct TCPClientPump: ~Copyable {
  private let settings: TCPSettings
  private var connection: TCPConnection?
  private var isOpen = false
  /// The server's port of the last connection.
  public private(set) var port: UInt16 = 0

  /// A pump without a connection.
  public init(_ settings: TCPSettings) { self.settings = settings }

  /// Handles an event of a connection. Others than the client's are ignored.
  public mutating func handle<Client: StreamClient & ~Copyable>(
    _ connection: TCPConnection, _ readiness: Readiness, _ endpoint: inout Client,
    _ stack: inout NetworkStack, now: Instant
  ) {
    guard connection == self.connection else { return }
    if readiness.contains(.writable) { opened(&endpoint, now: now) }
    read(connection, &endpoint, &stack, now: now)
  }

  /// Takes bytes of a direct connection, which the stack lends. Returns how many the endpoint took.
  public mutating func receive<Client: StreamClient & ~Copyable>(
    _ bytes: RawSpan, from connection: TCPConnection, _ endpoint: inout Client, now: Instant
  ) -> Int {
    guard connection == self.connection else { return bytes.byteCount }
    opened(&endpoint, now: now)
    return bytes.withOctets { endpoint.receive(0, $0, now: now) }
  }

  /// Does what the client asks for, and sends what it has to send.
  ///
  /// - Parameter server: nil while it is not known; then attempts to connect fail.
  public mutating func serve<Client: StreamClient & ~Copyable>(
    _ endpoint: inout Client, at server: IPAddress?, _ stack: inout NetworkStack, now: Instant
  ) {
    while let action = endpoint.nextAction(now: now) {
      switch action {
      case .disconnect: abort(&stack)
      case .connect(let port, let localPort):
        self.port = port
        connect(server, localPort, &endpoint, &stack, now: now)
      }
    }
    guard isOpen, let connection else { return }
    while stack.send(0, of: &endpoint, to: connection, now: now) {
      guard stack.readableByteCount(connection) > 0 else { continue }
      read(connection, &endpoint, &stack, now: now)
      guard self.connection == connection else { return }
    }
    switch endpoint.disposal(0) {
    case .stayOpen: break
    case .endOutput: if endpoint.outputCount == 0 { stack.finishSending(connection) }
    case .close: lost(&endpoint, &stack, now: now)
    case .reset:
      abort(&stack)
      endpoint.closed(0, now: now)
    }
  }

  private mutating func connect<Client: StreamClient & ~Copyable>(
    _ server: IPAddress?, _ localPort: UInt16, _ endpoint: inout Client,
    _ stack: inout NetworkStack, now: Instant
  ) {
    guard let server else { return endpoint.disconnected(now: now) }
    do throws(SocketError) {
      connection = try stack.connect(
        to: Endpoint(server, port), from: localPort, settings: settings, now: now)
    } catch {
      endpoint.disconnected(now: now)
    }
  }

  private mutating func opened<Client: StreamClient & ~Copyable>(
    _ endpoint: inout Client, now: Instant
  ) {
    guard !isOpen else { return }
    isOpen = true
    endpoint.connected(now: now)
  }

  private mutating func read<Client: StreamClient & ~Copyable>(
    _ connection: TCPConnection, _ endpoint: inout Client, _ stack: inout NetworkStack,
    now: Instant
  ) {
    switch stack.pass(connection, to: 0, of: &endpoint, now: now) {
    case .open: break
    case .ended:
      drop(&stack, now: now)
      endpoint.peerEnded(0, now: now)
    case .closed: lost(&endpoint, &stack, now: now)
    }
  }

  private mutating func lost<Client: StreamClient & ~Copyable>(
    _ endpoint: inout Client, _ stack: inout NetworkStack, now: Instant
  ) {
    drop(&stack, now: now)
    endpoint.closed(0, now: now)
  }

  private mutating func drop(_ stack: inout NetworkStack, now: Instant) {
    if let connection { stack.close(connection, now: now) }
    forget()
  }

  private mutating func abort(_ stack: inout NetworkStack) {
    if let connection { stack.abort(connection) }
    forget()
  }

  private mutating func forget() {
    connection = nil
    isOpen = false
  }
}
