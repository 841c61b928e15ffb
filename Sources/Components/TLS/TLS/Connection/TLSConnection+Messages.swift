// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Time

// Handshake messages in (RFC 8446, 4).

extension TLSConnection {
  /// Adds bytes of the current message, and handles it when it is complete. After each message that a client may send, keys change, so
  /// that it must end with its record (5.1).
  func handleMessageBytes(_ content: Range<Int>) throws(Alert) {
    let needed = message.count + content.count
    if message.capacity < needed {
      // Most messages come in one record. The parts of others may be as short as the client likes, so that room for each of them alone
      // would copy the rest as often.
      let most = max(needed, 4 + settings.helloByteCount)
      message.reserveCapacity(message.isEmpty ? needed : min(2 * needed, most))
    }
    message.append(copying: input.span.extracting(content))
    guard let first = message.first, first == expectedType else { throw .unexpectedMessage }
    guard message.count >= 4 else { return }
    let length = Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
    try checkLength(length)
    guard message.count >= 4 + length else { return }
    guard message.count == 4 + length else { throw .unexpectedMessage }
    switch phase {
    case .awaitingHello, .awaitingSecondHello: try handleHello()
    case .awaitingFinished: try handleFinished()
    default: try handleKeyUpdate()
    }
    if phase != .awaitingTurn { message = [] }
  }

  private var expectedType: UInt8 {
    switch phase {
    case .awaitingHello, .awaitingSecondHello: HandshakeType.clientHello
    case .awaitingFinished: HandshakeType.finished
    default: HandshakeType.keyUpdate
    }
  }

  private func checkLength(_ length: Int) throws(Alert) {
    switch phase {
    case .awaitingHello, .awaitingSecondHello:
      guard length <= settings.helloByteCount else { throw .illegalParameter }
    case .awaitingFinished: guard length == suite.hash.byteCount else { throw .decodeError }
    default: guard length == 1 else { throw .decodeError }
    }
  }

  // MARK: ClientHello

  /// Agrees on what needs no keys: then the message waits for its turn, or a HelloRetryRequest was sent.
  private func handleHello() throws(Alert) {
    guard let handshake else { throw .internalError }
    let message = message
    let agreement = try Agreement(message.span, settings, retry: handshake.retry?.group)
    if let retry = handshake.retry {
      guard try agreement.hello.repeatedDigest(message.span) == retry.digest,
        !agreement.hello.hasEarlyData
      else { throw .illegalParameter }
    } else {
      suite = agreement.suite
      handshake.transcript = HashState(suite.hash)
    }
    // None may follow a second ClientHello; behind the first one, as much as any client sends.
    handshake.earlyDataRest =
      agreement.hello.hasEarlyData ? RecordLimit.text + RecordLimit.expansion : 0
    guard agreement.share != nil else { return try requestRetry(agreement, handshake) }
    handshake.agreement = agreement
    phase = .awaitingTurn
  }

  private func requestRetry(_ agreement: Agreement, _ handshake: Handshake) throws(Alert) {
    let message = message
    let digest = try agreement.hello.repeatedDigest(message.span)
    handshake.retry = (agreement.group, digest)
    // The message's hash stands for it (4.4.1).
    var hello = HashState(suite.hash)
    hello.update(message.span)
    var synthetic: [UInt8] = []
    synthetic.appendMessage(HandshakeType.messageHash) {
      $0.append(copying: suite.hash.digest(of: hello).span)
    }
    handshake.transcript?.update(synthetic.span)
    let request = agreement.helloRetryRequest(
      session: message.span.extracting(agreement.hello.session))
    handshake.transcript?.update(request.span)
    send(ContentType.handshake, request.span)
    sendChange(agreement)
    phase = .awaitingSecondHello
  }

  /// Sends what makes the handshake look like that of TLS 1.2, to a client that plays it (D.4), once.
  func sendChange(_ agreement: Agreement) {
    guard !hasSentChange, !agreement.hello.session.isEmpty else { return }
    hasSentChange = true
    let change: InlineArray<1, UInt8> = [1]
    output.appendRecord(ContentType.changeCipherSpec, change.span)
  }

  // MARK: KeyUpdate

  private func handleKeyUpdate() throws(Alert) {
    let request = message[4]
    guard request <= 1, let secret = clientSecret else { throw .illegalParameter }
    if request == 1 { owesKeyUpdate = true }
    hasAskedForKeys = false
    let next = suite.hash.expandLabel(secret, "traffic upd", count: suite.hash.byteCount)
    clientSecret = next
    reading = TrafficKeys(suite, next)
  }
}
