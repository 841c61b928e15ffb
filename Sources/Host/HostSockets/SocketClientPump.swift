// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Streams
import Time

/// The pump between a client's stream and a TCP socket of this machine, which it opens and closes when the client asks. A
/// turn is `prepare`, then a wait for `PollSet`, then `act`; several pumps can share the wait. The caller owns the endpoint.
public struct SocketClientPump: ~Copyable {
  private let host: IPv4Address
  private let usesLocalPort: Bool
  private var connection: SocketStream?
  private var isConnecting = false
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)
  private var place = 0

  /// - Parameters:
  ///   - host: the server.
  ///   - usesLocalPort: binds to the local port that the client asks for; ports below 1024 need privileges.
  public init(
    to host: IPv4Address = IPv4Address(0x7f00_0001), usesLocalPort: Bool = false
  ) {
    self.host = host
    self.usesLocalPort = usesLocalPort
  }

  // MARK: A turn

  /// Does what the client asks for, sends what it has to send, and adds what to wait for to `poll`.
  public mutating func prepare<Client: StreamClient & ~Copyable>(
    _ poll: inout PollSet, _ client: inout Client, now: Instant
  ) {
    if now >= client.deadline { client.timePassed(now: now) }
    act(&client, now: now)
    serve(&client, now: now)
    act(&client, now: now)
    place = poll.count
    guard let connection else { return }
    poll.add(
      connection.socket, input: !isConnecting && connection.wantsInput,
      output: isConnecting || connection.isBlocked)
  }

  /// Handles what has happened since `prepare`.
  public mutating func act<Client: StreamClient & ~Copyable>(
    _ poll: PollSet, _ client: inout Client, now: Instant
  ) {
    guard let connection else { return }
    if isConnecting {
      guard poll.hasRoom(place) || poll.hasFailed(place) else { return }
      isConnecting = false
      guard connection.socket.connectionError == 0 else { return drop(&client, now: now) }
      client.connected(now: now)
      return serve(&client, now: now)
    }
    if poll.hasRoom(place) { connection.isBlocked = false }
    if poll.hasInput(place), connection.wantsInput {
      read(connection, &client, now: now)
    } else if poll.hasFailed(place) {
      return drop(&client, now: now)
    }
    serve(&client, now: now)
  }

  /// Closes the connection, as a failing network would.
  public mutating func drop<Client: StreamClient & ~Copyable>(
    _ client: inout Client, now: Instant
  ) {
    guard connection != nil else { return }
    forget()
    client.disconnected(now: now)
  }

  // MARK: The stream

  private mutating func act<Client: StreamClient & ~Copyable>(
    _ client: inout Client, now: Instant
  ) {
    while let action = client.nextAction(now: now) {
      forget()
      guard case .connect(let port, let localPort) = action else { continue }
      let local = usesLocalPort && localPort > 0 ? localPort : nil
      guard let socket = Socket.connecting(to: host, port, from: local) else {
        client.disconnected(now: now)
        continue
      }
      connection = SocketStream(socket)
      isConnecting = true
    }
  }

  private mutating func read<Client: StreamClient & ~Copyable>(
    _ connection: SocketStream, _ client: inout Client, now: Instant
  ) {
    switch connection.socket.receive(into: &buffer) {
    case .bytes(let count):
      let taken = client.receive(0, buffer.span.extracting(0..<count), now: now)
      if taken < count { connection.unread = Array(buffer[max(taken, 0)..<count]) }
    case .nothingYet: break
    case .end:
      forget()
      client.peerEnded(0, now: now)
    case .failed: drop(&client, now: now)
    }
  }

  private mutating func serve<Client: StreamClient & ~Copyable>(
    _ client: inout Client, now: Instant
  ) {
    guard let connection, !isConnecting else { return }
    repeat {
      while !connection.isBlocked,
        client.send(0, now: now, through: { connection.send($0) })
      {}
      if connection.hasFailed { return drop(&client, now: now) }
    } while connection.offerUnread(to: &client, 0, now: now)
    switch client.disposal(0) {
    case .stayOpen: break
    case .endOutput: if client.outputCount == 0 { connection.finishSending() }
    case .close: drop(&client, now: now)
    case .reset:
      connection.socket.resetOnClose()
      drop(&client, now: now)
    }
  }

  private mutating func forget() {
    connection = nil
    isConnecting = false
  }
}
