// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Bytes
import Microkit
import NetworkStack
import Networking
import SerialWiring
import Time
import Wire

/// TCP and UDP echo (RFC 862) and discard (RFC 863), and character generation over TCP (RFC 864).
struct Echo: NetworkProgram, ~Copyable {
  /// Enough for 1,000 connections with small buffers, or 64 with the largest.
  static var network: NetworkSettings {
    var settings = NetworkSettings()
    settings.connectionLimit = 1100
    // Load tests open hundreds of connections at once.
    settings.halfOpenLimit = 800
    settings.bufferByteCount = 16 << 20
    return settings
  }

  private var console: Console
  private let pattern = CharacterPattern()
  // Carries bytes from a read to a write if they could not be echoed straight from the frame.
  private var buffer = [UInt8](repeating: 0, count: 4096)

  init(console: consuming Console) { self.console = console }

  mutating func start(_ network: inout Network) {
    do throws(SocketError) {
      try open(.echo, &network)
      try open(.discard, &network)
      try open(.characters(at: 0), &network)
    } catch {
      fatal("NetworkSettings allows too few sockets for the three services")
    }
  }

  private func open(_ service: Service, _ network: inout Network) throws(SocketError) {
    var settings = TCPSettings()
    settings.receiveByteCount = 128 << 10
    settings.sendByteCount = 128 << 10
    settings.isDirect = true
    settings.backlog = 256
    settings.keepAlive = .seconds(7200)
    _ = try network.stack.listen(port: service.port, settings: settings, tag: service.tag)
    // No UDP: with a forged source address, generated characters would amplify an attack.
    if case .characters = service { return }
    _ = try network.stack.bind(
      port: service.port, queueByteCount: 16384, isDirect: true, tag: service.tag)
  }

  mutating func handle(_ event: SocketEvent, _ network: inout Network) {
    switch event.socket {
    case .listener(let listener):
      while let connection = network.stack.accept(listener, tag: event.tag) {
        serve(on: connection, Service(tag: event.tag), &network)
      }
    case .connection(let connection): serve(on: connection, Service(tag: event.tag), &network)
    case .address: console.reportAddress(network)
    case .addressConflict(let station): console.reportConflict(with: station, network)
    case .datagrams(let socket):
      // Datagrams that the stack reassembled from fragments; others come through `receive`.
      while answerWaiting(on: socket, Service(tag: event.tag), &network) {}
    case .lookup: break
    }
  }

  mutating func receive(
    _ bytes: RawSpan, from connection: TCPConnection, tag: UInt, _ network: inout Network
  ) -> Int {
    guard Service(tag: tag) == .echo else { return bytes.byteCount }
    return network.stack.write(bytes, to: connection) ?? bytes.byteCount
  }

  mutating func receive(
    _ datagram: RawSpan, from remote: Endpoint, on socket: UDPSocket, tag: UInt,
    _ network: inout Network
  ) {
    // Two services that answer each other would do so forever.
    guard Service(tag: tag) == .echo, !Service.isAnswering(remote.port) else { return }
    _ = network.send(datagram, to: remote, from: socket)
  }

  /// Answers the first waiting datagram; false if there is none.
  private mutating func answerWaiting(
    on socket: UDPSocket, _ service: Service, _ network: inout Network
  ) -> Bool {
    var count = 0
    let remote = network.stack.readDatagram(socket) { bytes, remote in
      count = min(bytes.byteCount, buffer.count)
      for index in 0..<count { buffer[index] = bytes.byte(at: index) }
      return remote
    }
    guard let remote else { return false }
    guard service == .echo, !Service.isAnswering(remote.port) else { return true }
    buffer.span.extracting(0..<count).withRawBytes {
      _ = network.send($0, to: remote, from: socket)
    }
    return true
  }

  /// Does everything that a connection allows without waiting.
  private mutating func serve(
    on connection: TCPConnection, _ service: Service, _ network: inout Network
  ) {
    if case .characters(let position) = service {
      generate(on: connection, from: position, &network)
    }
    while true {
      switch transfer(on: connection, echoes: service == .echo, &network) {
      case .bytes(let count): if count == 0 { return }
      case .nothingYet: return
      // The stack still sends what was written.
      case .end, .closed: return network.close(connection)
      }
    }
  }

  /// Reads what has arrived and, if `echoes`, writes it back as far as there is room.
  private mutating func transfer(
    on connection: TCPConnection, echoes: Bool, _ network: inout Network
  ) -> ReadOutcome {
    guard echoes else { return network.stack.read(connection) { $0.byteCount } }
    let room = min(network.stack.writableByteCount(connection), buffer.count)
    var storage = buffer.mutableSpan
    // Safety: a UInt8 has no padding, and every value is valid.
    var bytes = unsafe storage.mutableBytes
    guard room > 0 || network.stack.readableByteCount(connection) == 0 else {
      // A failed write brings an event when there is room.
      _ = network.stack.write(bytes.bytes, to: connection)
      return .bytes(0)
    }
    var part = bytes._mutatingExtracting(0..<max(room, 1))
    let outcome = network.stack.read(connection, into: &part)
    if case .bytes(let count) = outcome {
      _ = network.stack.write(part.bytes.extracting(0..<count), to: connection)
    }
    return outcome
  }

  private mutating func generate(
    on connection: TCPConnection, from position: Int, _ network: inout Network
  ) {
    var position = position
    while pattern.write(from: &position, { network.stack.write($0, to: connection) }) {}
    network.stack.setTag(Service.characters(at: position).tag, of: connection)
  }
}
