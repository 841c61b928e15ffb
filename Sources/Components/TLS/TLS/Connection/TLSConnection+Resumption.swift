// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Time

// Resumption with tickets (RFC 8446, 2.2, 4.2.11 and 4.6.1), always with a new key exchange (psk_dhe_ke).

extension TLSConnection {
  /// Tickets that are tried: more in one ClientHello serve no one.
  private static var ticketTrials: Int { 4 }
  private static var withKeyExchange: UInt8 { 1 }

  /// The first of the client's tickets that is good, if there is one.
  ///
  /// - Returns: its key, and its place among those that the client offers.
  func resume(
    _ agreement: Agreement, _ handshake: Handshake, _ tickets: inout TicketKeys, _ now: Instant
  ) throws(Alert) -> (key: Secret, identity: Int)? {
    let message = message
    if let modes = agreement.hello.preSharedKeyModes {
      handshake.takesTickets = ClientHello.list(modes, hasByte: Self.withKeyExchange, message.span)
    }
    guard let identities = agreement.hello.identities, handshake.takesTickets else { return nil }
    var offered = Cursor(identities)
    var place = 0
    while !offered.isAtEnd, place < Self.ticketTrials {
      let identity = try offered.vector(2, message.span)
      _ = try offered.skip(4)
      if let ticket = tickets.open(message.span.extracting(identity), now: now),
        ticket.suite.hash == suite.hash,
        agreement.mayResume(ticket.credential, message.span, settings)
      {
        try checkBinder(place, agreement.hello, ticket.preSharedKey, handshake)
        guard tickets.use(ticket, named: message.span.extracting(identity)) else { return nil }
        handshake.credential = ticket.credential
        handshake.proved = ticket.proved
        return (ticket.preSharedKey, place)
      }
      place += 1
    }
    return nil
  }

  /// Checks that the client has the ticket's key (4.2.11.2).
  private func checkBinder(
    _ place: Int, _ hello: ClientHello, _ key: Secret, _ handshake: Handshake
  ) throws(Alert) {
    let message = message
    guard var transcript = handshake.transcript else { throw .internalError }
    transcript.update(message.span.extracting(0..<hello.boundByteCount))
    let hash = suite.hash
    let secret = KeySchedule(hash, preSharedKey: key).derive("res binder", hash.ofNothing)
    let expected = hash.finished(secret, hash.digest(of: transcript))
    var binders = Cursor(hello.binders)
    for _ in 0..<place { _ = try binders.vector(1, message.span) }
    let binder = try binders.vector(1, message.span)
    guard isEqual(message.span.extracting(binder), expected.span) else { throw .decryptError }
  }

  // MARK: The client's Finished

  /// Checks the client's Finished message. Then both directions have the application's keys.
  func handleFinished() throws(Alert) {
    guard let handshake, let secret = handshake.clientSecret, let clientSecret else {
      throw .internalError
    }
    let expected = suite.hash.finished(secret, handshake.transcriptHash)
    guard isEqual(message.span.extracting(4..<message.count), expected.span) else {
      throw .decryptError
    }
    handshake.transcript?.update(message.span)
    reading = TrafficKeys(suite, clientSecret)
    idleRecords = 0
    phase = .established
  }

  /// Sends tickets, and forgets the handshake.
  func finishHandshake(_ tickets: inout TicketKeys, now: Instant) {
    guard phase == .established, let handshake else { return }
    self.handshake = nil
    let proved = handshake.proved ?? now
    let rest = (proved + tickets.lifetime) - now
    guard let schedule = handshake.schedule, handshake.takesTickets, rest.seconds > 0 else {
      return
    }
    let main = schedule.derive("res master", handshake.transcriptHash)
    let count = handshake.isResumed ? min(settings.ticketCount, 1) : settings.ticketCount
    var messages: [UInt8] = []
    for number in 0..<max(min(count, 255), 0) {
      let nonce = [UInt8(truncatingIfNeeded: number)]
      let key = suite.hash.expandLabel(main, "resumption", nonce, count: suite.hash.byteCount)
      let ticket = tickets.seal(
        suite, credential: handshake.credential, key, proved: proved, now: now)
      // Hides the ticket's age from those who only watch (4.2.11.1): as good as random to all who do not have the secret.
      let addend = suite.hash.expandLabel(main, "serval age add", nonce, count: 4)
      Self.append(ticket, nonce, addend, rest, to: &messages)
    }
    sendMessages(messages)
  }

  private static func append(
    _ ticket: [UInt8], _ nonce: [UInt8], _ addend: Secret, _ lifetime: Interval,
    to messages: inout [UInt8]
  ) {
    messages.reserveCapacity(messages.count + 256)
    messages.appendMessage(HandshakeType.newSessionTicket) { message in
      message.append(Int(min(lifetime.seconds, 604_800)), size: 4)
      addend.withBytes { message.append(copying: $0) }
      message.appendVector(1) { $0.append(copying: nonce.span) }
      message.appendVector(2) { $0.append(copying: ticket.span) }
      message.append(0, size: 2)
    }
  }
}
