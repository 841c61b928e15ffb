// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Time

/// The server's side of a TLS connection (RFC 8446): records in, application data out of them, and the other way. It does no I/O.
///
/// Idle, it holds two keys with their secrets. A record's bytes are held while it is incomplete, or until its content was taken; a
/// handshake has more, until it is done.
final class TLSConnection {
  /// How far a connection has come. It only ever goes down this list, except that it comes twice to `awaitingTurn` when there was a
  /// HelloRetryRequest.
  enum Phase: Int {
    case awaitingHello
    /// A HelloRetryRequest was sent.
    case awaitingSecondHello
    /// A ClientHello waits to be answered, which is what costs time. Nothing is taken meanwhile.
    case awaitingTurn
    case awaitingFinished
    case established
    /// An alert has ended the connection. What arrives is ignored.
    case ended
  }

  let configuration: Configuration
  var settings: TLSSettings { configuration.settings }
  var phase = Phase.awaitingHello
  /// Nil once the handshake is done.
  var handshake: Handshake?

  // MARK: Input

  /// The current record, as far as it has arrived.
  var input: [UInt8] = []
  /// Application data in `input`.
  var text = 0..<0
  /// When the current record began to arrive, until its text was taken.
  var inputStarted = Instant.never
  /// The current handshake message, as far as it has arrived.
  var message: [UInt8] = []
  var reading: TrafficKeys?
  var clientSecret: Secret?
  /// Records without application data since the last one that had some.
  var idleRecords = 0
  /// The client sends no more application data: it has sent close_notify.
  var peerHasEnded = false

  // MARK: Output

  /// Records that wait to be sent, from `outputStart` on.
  var output: [UInt8] = []
  var outputStart = 0
  var writing: TrafficKeys?
  var serverSecret: Secret?
  var suite = CipherSuite.aes128GCM
  /// Text in a record at most.
  var textLimit: Int
  /// The client wants our direction to get new keys.
  var owesKeyUpdate = false
  /// We have asked for new keys of the client's direction.
  var hasAskedForKeys = false
  /// Our direction has ended with close_notify.
  var hasEnded = false
  var hasSentChange = false
  /// When the connection is closed, once an alert has ended it.
  var closes = Instant.never

  // MARK: The server's part

  /// Bytes of the inner endpoint's output in the record that is being sent.
  var pending = 0
  /// The inner endpoint knows that the client sends no more.
  var hasToldEnd = false
  /// The connection has ended without a word that the client could wait for, so that the transport is closed at once.
  private(set) var isCutOff = false
  /// Its share in the server's `heldByteCount`.
  var held = 0

  init(_ configuration: Configuration, now: Instant) {
    self.configuration = configuration
    let settings = configuration.settings
    textLimit = min(max(settings.recordByteCount, 1), RecordLimit.text)
    handshake = Handshake(started: now)
  }

  var outputCount: Int { output.count - outputStart }

  /// Bytes of records and messages.
  var bufferByteCount: Int { input.capacity + message.capacity + output.capacity }

  /// Ends the connection, and tells the client why. Keys are wiped.
  func fail(_ alert: Alert) {
    guard phase != .ended else { return }
    // Nothing may follow close_notify (6.1).
    if !hasEnded { sendAlert(alert) }
    end()
  }

  /// Ends the connection and its transport.
  func cutOff() {
    isCutOff = true
    end()
  }

  /// Ends the connection, without a word. Keys are wiped.
  func end() {
    phase = .ended
    handshake = nil
    reading = nil
    writing = nil
    clientSecret = nil
    serverSecret = nil
    input = []
    message = []
    text = 0..<0
    inputStarted = .never
  }
}
