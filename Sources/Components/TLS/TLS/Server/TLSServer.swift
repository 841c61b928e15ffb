// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Signing
import Streams
import Time

/// A TLS 1.3 server (RFC 8446) around another one: an endpoint to its pump, and a pump to `inner`, whose bytes it seals. It does no I/O
/// and has no clock.
///
/// A stream of `inner` is open from the beginning of the handshake, under the same number, so that its time limits hold. Of its output
/// and of a client's data, a record is held for each stream; `inner` is told that bytes were sent when their record was.
///
/// Streams of `plainListener` are passed through to `inner` as they are, so that one inner server serves a port without TLS, too. For it,
/// all streams have numbers of the same row.
///
/// Memory: about 2 KB for each idle connection, and `TLSSettings.memoryLimit` for records and messages of all together.
public struct TLSServer<Inner: StreamServer & ~Copyable, Signer: CertificateSigner & ~Copyable>:
  StreamServer, ~Copyable
{
  /// The server behind this one.
  public var inner: Inner
  /// Who signs for it.
  public var signer: Signer
  let configuration: Configuration
  private let plainListener: Int?
  // By stream; nil for those without TLS.
  var connections: [TLSConnection?] = []
  var tickets: TicketKeys
  /// Streams whose handshake is not done, in the order in which they were opened.
  var handshaking: [Int] = []
  /// Streams whose ClientHello is to be answered, in the order in which they came.
  var waiting: [Int] = []
  /// When a ClientHello was last answered.
  var lastAnswer: Instant?
  /// Streams that an alert has ended, and that are to be closed.
  var closing: [Int] = []
  /// Streams that may have changed without a call that named them.
  var changed: [Int] = []
  /// Bytes of records and messages that all connections hold.
  public internal(set) var heldByteCount = 0
  /// Handshakes that are done.
  public internal(set) var handshakeCount: UInt64 = 0
  /// Of these, the ones that a ticket resumed.
  public internal(set) var resumedCount: UInt64 = 0
  /// Connections that were refused, or ended, because of too many handshakes.
  public internal(set) var crowdedCount: UInt64 = 0

  /// Wraps a server.
  ///
  /// - Parameters:
  ///   - signer: has a key for each of the credentials, under the same number.
  ///   - plainListener: the listener whose streams have no TLS.
  public init(
    _ inner: consuming Inner, _ settings: TLSSettings, signer: consuming Signer,
    plainListener: Int? = nil
  ) {
    self.inner = inner
    self.signer = signer
    configuration = Configuration(settings)
    self.plainListener = plainListener
    tickets = TicketKeys(
      lifetime: min(settings.ticketLifetime, .seconds(604_800)),
      (settings.suites.first ?? .aes128GCM).algorithm, window: settings.singleUseTickets)
  }

  /// A peer with TLS for which there is no room gets nothing: it would not understand what `inner` says.
  public func busyAnswer(on listener: Int) -> StaticString {
    listener == plainListener ? inner.busyAnswer(on: listener) : ""
  }

  /// Opens a stream of the inner server, and begins its handshake; nil if there are too many.
  public mutating func open(now: Instant) -> Int? { open(on: 0, secure: true, now: now) }

  /// Opens a stream of the inner server, with a handshake unless it has come to the plain listener.
  public mutating func open(on listener: Int, now: Instant) -> Int? {
    open(on: listener, secure: listener != plainListener, now: now)
  }

  private mutating func open(on listener: Int, secure: Bool, now: Instant) -> Int? {
    guard secure else { return inner.open(on: listener, now: now) }
    guard makeRoom(now: now), let stream = inner.open(on: listener, now: now) else { return nil }
    inner.setSecure(stream)
    while connections.count <= stream { connections.append(nil) }
    connections[stream] = TLSConnection(configuration, now: now)
    handshaking.append(stream)
    return stream
  }

  /// Whether there may be one more handshake. A flood of clients that do not go on is stopped by that: each of them has a grace time, and
  /// then makes way for the next one.
  private mutating func makeRoom(now: Instant) -> Bool {
    guard handshaking.count >= settings.handshakeLimit else { return true }
    crowdedCount &+= 1
    guard let oldest = handshaking.first, let connection = connection(oldest),
      let handshake = connection.handshake, now - handshake.started >= settings.handshakeGrace
    else { return false }
    connection.cutOff()
    settle(oldest, connection, now)
    changed.append(oldest)
    return true
  }

  /// The transport has closed the stream: so does the inner server.
  public mutating func closed(_ stream: Int, now: Instant) {
    guard let connection = connection(stream) else { return inner.closed(stream, now: now) }
    heldByteCount -= connection.held
    connection.end()
    connections[stream] = nil
    forget(stream)
    inner.closed(stream, now: now)
  }

  var settings: TLSSettings { configuration.settings }

  /// The stream's connection; nil if it has no TLS, or is not in use. Then all calls go to the inner server.
  func connection(_ stream: Int) -> TLSConnection? {
    connections.indices.contains(stream) ? connections[stream] : nil
  }

  /// Closes the connection that has had the most time for its peer to read the last alert.
  mutating func closeOldest() {
    let stream = closing.removeFirst()
    connection(stream)?.closes = .start
    changed.append(stream)
  }

  mutating func forget(_ stream: Int) {
    handshaking.removeAll { $0 == stream }
    waiting.removeAll { $0 == stream }
    closing.removeAll { $0 == stream }
  }

  /// Updates what the server knows of a connection that a call has changed.
  mutating func settle(_ stream: Int, _ connection: TLSConnection, _ now: Instant) {
    if connection.phase == .ended, connection.closes == .never {
      connection.closes = now + settings.closingTime
      forget(stream)
      // The inner server is not told of an end that may not be the client's: it will be, of the transport's.
      closing.append(stream)
      if closing.count > settings.handshakeLimit { closeOldest() }
    }
    connection.releaseMemory()
    let held = connection.bufferByteCount
    heldByteCount += held - connection.held
    connection.held = held
  }
}
