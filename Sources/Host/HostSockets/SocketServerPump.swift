// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Streams
import Time

/// The pump between a server's streams and TCP sockets of this machine. A turn is `prepare`, then a wait for `PollSet`, then
/// `act`; several pumps can share the wait. `run` does all that for one. The caller owns the endpoint.
///
/// Memory: 16 KB, and as much for each stream whose endpoint leaves bytes unread. In a turn, at most 16 KB are read from
/// each stream, so that none keeps the others waiting.
public struct SocketServerPump: ~Copyable {
  private static var pieceByteCount: Int { 16 << 10 }
  /// Peers that are turned away with an answer at the same time.
  private static var refusalLimit: Int { 64 }
  private static var refusalTime: Interval { .seconds(1) }
  private static var exhaustionPause: Interval { .milliseconds(100) }

  private let listener: Socket
  private var connections: [Int: SocketStream] = [:]
  private var refused: [(socket: Socket, until: Instant)] = []
  // Set while there are no descriptors for more connections.
  private var acceptsAgain = Instant.start
  private var buffer = [UInt8](repeating: 0, count: pieceByteCount)
  // Places in the `PollSet` of this turn: the listener's, then those of the streams in order, then of the refused peers.
  private var listenerPlace = 0
  private var streams: [Int] = []
  private var refusedCount = 0

  /// The port on which it listens.
  public let port: UInt16

  /// Listens on a port of this machine; 0 for any free one. By default only this machine can connect.
  public init(
    at host: IPv4Address = IPv4Address(0x7f00_0001), port: UInt16 = 0
  ) throws(SocketFailure) {
    listener = try Socket.listening(at: host, port)
    self.port = listener.port
  }

  /// Open streams.
  public var streamCount: Int { connections.count }

  /// When the next turn has to begin: the endpoint's deadline, or one of the pump's own.
  public func deadline<Server: StreamServer & ~Copyable>(_ server: borrowing Server) -> Instant {
    var deadline = server.deadline
    if acceptsAgain > .start { deadline = min(deadline, acceptsAgain) }
    for peer in refused { deadline = min(deadline, peer.until) }
    return deadline
  }

  /// Serves until `isStopped` says so, which is asked at least once in a tenth of a second.
  public mutating func run<Server: StreamServer & ~Copyable>(
    _ server: inout Server, until isStopped: () -> Bool
  ) {
    var poll = PollSet()
    while !isStopped() {
      poll.removeAll()
      prepare(&poll, &server, now: HostClock.now)
      poll.wait(until: min(deadline(server), HostClock.now + .milliseconds(100)))
      act(poll, &server, now: HostClock.now)
    }
  }

  // MARK: A turn

  /// Serves the streams that changed, and adds what to wait for to `poll`.
  public mutating func prepare<Server: StreamServer & ~Copyable>(
    _ poll: inout PollSet, _ server: inout Server, now: Instant
  ) {
    if now >= server.deadline { server.timePassed(now: now) }
    while let stream = server.nextChanged() { serve(stream, &server, now: now) }
    if now >= acceptsAgain { acceptsAgain = .start }
    refused.removeAll { $0.until <= now }
    listenerPlace = poll.count
    poll.add(listener, input: acceptsAgain == .start, output: false)
    streams.removeAll(keepingCapacity: true)
    for (stream, connection) in connections {
      streams.append(stream)
      poll.add(connection.socket, input: connection.wantsInput, output: connection.isBlocked)
    }
    refusedCount = refused.count
    for peer in refused { poll.add(peer.socket, input: true, output: false) }
  }

  /// Handles what has happened since `prepare`.
  public mutating func act<Server: StreamServer & ~Copyable>(
    _ poll: PollSet, _ server: inout Server, now: Instant
  ) {
    for (index, stream) in streams.enumerated() {
      act(poll, listenerPlace + 1 + index, stream, &server, now: now)
    }
    discardRefused(poll, first: listenerPlace + 1 + streams.count)
    if poll.hasInput(listenerPlace) { accept(&server, now: now) }
  }

  private mutating func act<Server: StreamServer & ~Copyable>(
    _ poll: PollSet, _ place: Int, _ stream: Int, _ server: inout Server, now: Instant
  ) {
    guard let connection = connections[stream] else { return }
    if poll.hasRoom(place) { connection.isBlocked = false }
    if poll.hasInput(place), connection.wantsInput {
      read(stream, connection, &server, now: now)
    } else if poll.hasFailed(place) {
      return end(stream, &server, now: now)
    } else if !poll.hasRoom(place) {
      return
    }
    serve(stream, &server, now: now)
  }

  // MARK: Accepting

  private mutating func accept<Server: StreamServer & ~Copyable>(
    _ server: inout Server, now: Instant
  ) {
    // Others come in the next turn.
    for _ in 0..<64 {
      let (socket, isExhausted) = listener.accept()
      if isExhausted { acceptsAgain = now + Self.exhaustionPause }
      guard let socket else { return }
      guard let stream = server.open(now: now) else {
        refuse(socket, server.busyAnswer(on: 0), now: now)
        continue
      }
      connections[stream] = SocketStream(socket)
      serve(stream, &server, now: now)
    }
  }

  /// Answers a peer for which there is no stream, and reads what it sends, as closing with unread input would reset the
  /// connection and could destroy the answer.
  private mutating func refuse(_ socket: Socket, _ answer: StaticString, now: Instant) {
    guard answer.utf8CodeUnitCount > 0, refused.count < Self.refusalLimit else {
      return socket.resetOnClose()
    }
    _ = answer.withUTF8Buffer { socket.send($0.span) }
    socket.finishSending()
    refused.append((socket, now + Self.refusalTime))
  }

  private mutating func discardRefused(_ poll: PollSet, first: Int) {
    var isOver = [Bool](repeating: false, count: refused.count)
    for index in 0..<min(refusedCount, refused.count) {
      guard poll.hasInput(first + index) || poll.hasFailed(first + index) else { continue }
      switch refused[index].socket.receive(into: &buffer) {
      case .bytes, .nothingYet: break
      case .end, .failed: isOver[index] = true
      }
    }
    for index in isOver.indices.reversed() where isOver[index] { refused.remove(at: index) }
  }

  // MARK: One stream

  private mutating func read<Server: StreamServer & ~Copyable>(
    _ stream: Int, _ connection: SocketStream, _ server: inout Server, now: Instant
  ) {
    switch connection.socket.receive(into: &buffer) {
    case .bytes(let count):
      let taken = server.receive(stream, buffer.span.extracting(0..<count), now: now)
      if taken < count { connection.unread = Array(buffer[max(taken, 0)..<count]) }
    case .nothingYet: break
    case .end:
      connection.hasEnded = true
      server.peerEnded(stream, now: now)
    case .failed: end(stream, &server, now: now)
    }
  }

  /// Sends what the stream has, and lets the endpoint read on, until neither makes progress. Then ends the connection if
  /// the endpoint says so.
  private mutating func serve<Server: StreamServer & ~Copyable>(
    _ stream: Int, _ server: inout Server, now: Instant
  ) {
    guard let connection = connections[stream] else { return }
    repeat {
      while !connection.isBlocked,
        server.send(stream, now: now, through: { connection.send($0) })
      {}
      if connection.hasFailed { return end(stream, &server, now: now) }
    } while connection.offerUnread(to: &server, stream, now: now)
    switch server.disposal(stream) {
    case .stayOpen: break
    case .endOutput: if server.outputCount(stream) == 0 { connection.finishSending() }
    case .close: end(stream, &server, now: now)
    case .reset:
      connection.socket.resetOnClose()
      end(stream, &server, now: now)
    }
  }

  private mutating func end<Server: StreamServer & ~Copyable>(
    _ stream: Int, _ server: inout Server, now: Instant
  ) {
    guard connections.removeValue(forKey: stream) != nil else { return }
    server.closed(stream, now: now)
  }
}
