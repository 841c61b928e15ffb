// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import NetworkStack
import Streams
import TCPStreams
import Time
import Wire

/// A program that serves one endpoint on its TCP ports, and reports its address on the console.
public struct ServerProgram<
  Server: StreamServer & ~Copyable, Backend: ServerBackend & ~Copyable
>:
  NetworkProgram, ~Copyable
{
  private let settings: ServerSettings
  private let log: ServerLog
  private var server: Server
  private var backend: Backend
  private var pump: TCPServerPump
  private var listeners: [TCPListener] = []

  /// A program that serves `server`, whose handlers ask `backend`.
  public init(
    _ server: consuming Server, _ settings: ServerSettings, log: ServerLog,
    backend: consuming Backend
  ) {
    self.settings = settings
    self.log = log
    self.server = server
    self.backend = backend
    pump = TCPServerPump(streamLimit: settings.streamLimit)
  }

  /// Runs the program, at the end of `main`.
  public consuming func run() -> Never {
    let network = settings.network
    Microkit.run(NetworkDomain(self, network))
  }

  /// Listens, or stops the protection domain.
  public mutating func start(_ network: inout Network) {
    do throws(SocketError) {
      for port in settings.ports {
        listeners.append(try network.stack.listen(port: port, settings: settings.connection))
      }
    } catch {
      fatal(
        "the network stack refused to listen: its listeners are all in use, or the port is")
    }
  }

  /// Handles an event of a socket.
  @inline(never)
  public mutating func handle(_ event: SocketEvent, _ network: inout Network) {
    let now = network.now
    switch event.socket {
    case .address: log.reportAddress(network, ports: settings.ports)
    case .addressConflict(let station): log.console.reportConflict(with: station, network)
    case .listener(let listener):
      guard let number = listeners.firstIndex(where: { $0 == listener }) else { return }
      pump.accept(from: listener, number: number, &server, &network.stack, now: now)
    case .connection(let connection):
      pump.handle(connection, tag: event.tag, &server, &network.stack, now: now)
    case .datagrams, .lookup: break
    }
  }

  /// Passes bytes to their stream.
  public mutating func receive(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int {
    pump.receive(
      bytes, from: connection, tag: tag, &server, &network.stack, now: network.now)
  }

  /// Wakes streams, acts on deadlines, and serves the streams that changed.
  @inline(never)
  public mutating func work(_ network: inout Network) {
    let now = network.now
    backend.collect()
    while let stream = backend.nextReady() { server.wake(stream, now: now) }
    if now >= server.deadline { server.timePassed(now: now) }
    pump.serveChanged(&server, &network.stack, now: now)
    backend.publish(log, now: now)
    log.flush(now: now)
  }

  /// The server's, or the log's.
  public var deadline: Instant { min(server.deadline, log.deadline) }
}
