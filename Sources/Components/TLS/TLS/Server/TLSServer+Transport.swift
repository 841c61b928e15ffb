// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Streams
import Time

// Bytes in from the transport and out to it, and what is between them and the inner server.

extension TLSServer where Inner: ~Copyable, Signer: ~Copyable {
  // MARK: Input

  /// Takes bytes record by record, until the inner server does not take their data, or a ClientHello waits for its turn.
  public mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    guard let connection = connection(stream) else {
      return inner.receive(stream, bytes, now: now)
    }
    var taken = 0
    while taken < bytes.count {
      let count = connection.take(bytes.extracting(taken..<bytes.count), now: now)
      taken += count
      if connection.phase == .awaitingTurn { takeTurn(stream, connection, now: now) }
      advance(stream, connection, now)
      guard count > 0 else { break }
    }
    settle(stream, connection, now)
    if heldByteCount > settings.memoryLimit { relieveMemory(now: now) }
    return taken
  }

  /// An end without close_notify cuts the stream off: the client may not have meant it (RFC 8446, 6.1).
  public mutating func peerEnded(_ stream: Int, now: Instant) {
    guard let connection = connection(stream) else { return inner.peerEnded(stream, now: now) }
    guard !connection.peerHasEnded else { return }
    connection.cutOff()
    settle(stream, connection, now)
  }

  /// Passes on what the inner server can take, and makes records of what it has.
  mutating func advance(_ stream: Int, _ connection: TLSConnection, _ now: Instant) {
    guard connection.phase == .established else { return }
    if connection.handshake != nil { finishHandshake(stream, connection, now) }
    if !connection.text.isEmpty {
      let count = inner.receive(
        stream, connection.input.span.extracting(connection.text), now: now)
      connection.tookText(count)
    }
    if connection.text.isEmpty, connection.peerHasEnded, !connection.hasToldEnd {
      connection.hasToldEnd = true
      inner.peerEnded(stream, now: now)
    }
    if connection.outputCount == 0 { fill(stream, connection, now) }
  }

  private mutating func finishHandshake(
    _ stream: Int, _ connection: TLSConnection, _ now: Instant
  ) {
    handshakeCount &+= 1
    if connection.handshake?.isResumed == true { resumedCount &+= 1 }
    connection.finishHandshake(&tickets, now: now)
    handshaking.removeAll { $0 == stream }
  }

  /// Makes the next record, or ends our direction.
  private mutating func fill(_ stream: Int, _ connection: TLSConnection, _ now: Instant) {
    let limit = heldByteCount > settings.memoryLimit ? TLSSettings.crampedByteCount : .max
    connection.updateKeys(
      hasText: inner.outputCount(stream) > 0 || inner.hasDirectOutput(stream))
    if sealOutput(stream, connection, limit) { return }
    if inner.hasDirectOutput(stream) {
      var sealed = 0
      inner.sendDirectly(stream, now: now) { bytes in
        // One record, however many pieces are offered.
        guard sealed == 0 else { return 0 }
        sealed = connection.sendText(bytes, limit: limit)
        return sealed
      }
      // Behind what was lent there may be output.
      if sealed > 0 || sealOutput(stream, connection, limit) { return }
    }
    switch inner.disposal(stream) {
    case .endOutput, .close: if inner.outputCount(stream) == 0 { connection.sendEnd() }
    case .stayOpen, .reset: break
    }
  }

  private func sealOutput(_ stream: Int, _ connection: TLSConnection, _ limit: Int) -> Bool {
    connection.pending =
      inner.withOutput(stream) { connection.sendText($0, limit: limit) } ?? 0
    return connection.pending > 0
  }

  // MARK: Output

  /// Bytes of the records that wait to be sent.
  public func outputCount(_ stream: Int) -> Int {
    connection(stream)?.outputCount ?? inner.outputCount(stream)
  }

  /// Lends them.
  public func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    guard let connection = connection(stream) else { return inner.withOutput(stream, body) }
    let output = connection.output
    return body(output.span.extracting(connection.outputStart..<output.count))
  }

  /// With the last byte of a record, its data was sent.
  public mutating func sent(_ stream: Int, _ count: Int, now: Instant) {
    guard let connection = connection(stream) else { return inner.sent(stream, count, now: now) }
    guard connection.sent(count) else { return }
    if connection.pending > 0 {
      let count = connection.pending
      connection.pending = 0
      inner.sent(stream, count, now: now)
    }
    advance(stream, connection, now)
    settle(stream, connection, now)
  }

  /// Only without TLS: records are sealed into the output.
  public func hasDirectOutput(_ stream: Int) -> Bool {
    connection(stream) == nil && inner.hasDirectOutput(stream)
  }

  /// Only without TLS.
  public mutating func sendDirectly(
    _ stream: Int, now: Instant, _ transport: (Span<UInt8>) -> Int
  ) {
    guard connection(stream) == nil else { return }
    inner.sendDirectly(stream, now: now, transport)
  }

  /// The inner server's, behind the alert that ends our direction.
  public func disposal(_ stream: Int) -> StreamDisposal {
    guard let connection = connection(stream) else { return inner.disposal(stream) }
    if connection.phase == .ended {
      if connection.isCutOff { return connection.outputCount == 0 ? .close : .reset }
      // The peer is given time to read why.
      return connection.closes == .start ? .close : .endOutput
    }
    switch inner.disposal(stream) {
    case .stayOpen: return .stayOpen
    case .reset: return .reset
    case .endOutput:
      guard connection.phase == .established else { return .close }
      return connection.hasEnded && connection.outputCount == 0 ? .endOutput : .stayOpen
    case .close:
      guard connection.phase == .established else { return .close }
      return connection.hasEnded && connection.outputCount == 0 ? .close : .stayOpen
    }
  }
}
