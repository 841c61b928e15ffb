// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Signing
import Time

// The answer to a ClientHello: what costs time.

extension TLSConnection {
  /// Answers the ClientHello that waits.
  func answer<Signer: CertificateSigner & ~Copyable>(
    _ signer: inout Signer, _ tickets: inout TicketKeys, now: Instant
  ) {
    guard phase == .awaitingTurn, let handshake, let agreement = handshake.agreement else { return }
    do throws(Alert) {
      try answer(agreement, handshake, &signer, &tickets, now)
      message = []
      phase = .awaitingFinished
    } catch {
      fail(error)
    }
  }

  private func answer<Signer: CertificateSigner & ~Copyable>(
    _ agreement: Agreement, _ handshake: Handshake, _ signer: inout Signer,
    _ tickets: inout TicketKeys, _ now: Instant
  ) throws(Alert) {
    let resumption = try resume(agreement, handshake, &tickets, now)
    // Before the keys, as a client without them is turned away.
    let message = message
    let proof = resumption == nil ? try agreement.credential(message.span, settings) : nil
    handshake.transcript?.update(message.span)
    var schedule =
      resumption.map { KeySchedule(suite.hash, preSharedKey: $0.key) }
      ?? configuration.schedule(suite.hash)
    let (key, shared) = try agree(agreement)
    schedule.enterHandshake(shared)
    sendHello(agreement, handshake, key, identity: resumption?.identity)
    startSealing(handshake, schedule)
    var flight: [UInt8] = []
    if let (credential, scheme) = proof {
      handshake.credential = credential
      let chosen = settings.credentials[credential]
      flight = agreement.encryptedExtensions(
        settings, hasUsedName: agreement.names(chosen, message.span))
      // Room for the other messages, too.
      flight.reserveCapacity(flight.count + chosen.message.count + 600)
      flight.append(copying: chosen.message.span)
      handshake.transcript?.update(flight.span)
      try appendProof(credential, scheme, handshake, &signer, to: &flight)
    } else {
      handshake.isResumed = true
      flight = agreement.encryptedExtensions(settings, hasUsedName: false)
      handshake.transcript?.update(flight.span)
    }
    appendFinished(handshake, to: &flight)
    if let limit = agreement.hello.recordSizeLimit { textLimit = min(textLimit, limit - 1) }
    sendMessages(flight)
    schedule.enterMain()
    startApplication(handshake, schedule)
    handshake.schedule = schedule
  }

  // MARK: Keys

  /// Makes a key share, and the secret that it has in common with the client's.
  private func agree(_ agreement: Agreement) throws(Alert) -> ([UInt8], Secret) {
    guard let share = agreement.share else { throw .internalError }
    let kind = agreement.group.agreement
    let message = message
    guard share.count == kind.publicKeyByteCount else { throw .illegalParameter }
    let own = Secret(KeyAgreement.privateKeyByteCount) { _ in }
    var key = [UInt8](repeating: 0, count: kind.publicKeyByteCount)
    own.withMutableBytes { own in
      var span = key.mutableSpan
      kind.generate(privateKey: &own, publicKey: &span)
    }
    var isPoint = false
    let peer = message.span.extracting(share)
    let shared = Secret(KeyAgreement.secretByteCount) { secret in
      isPoint = own.withBytes { kind.secret($0, peer: peer, into: &secret) }
    }
    guard isPoint else { throw .illegalParameter }
    return (key, shared)
  }

  private func sendHello(
    _ agreement: Agreement, _ handshake: Handshake, _ key: [UInt8], identity: Int?
  ) {
    var random = [UInt8](repeating: 0, count: 32)
    var span = random.mutableSpan
    Randomness.fill(&span)
    let hello = agreement.serverHello(
      random: random, session: message.span.extracting(agreement.hello.session), key: key,
      identity: identity)
    handshake.transcript?.update(hello.span)
    send(ContentType.handshake, hello.span)
    sendChange(agreement)
  }

  private func startSealing(_ handshake: Handshake, _ schedule: KeySchedule) {
    let hash = handshake.transcriptHash
    let client = schedule.derive("c hs traffic", hash)
    let server = schedule.derive("s hs traffic", hash)
    handshake.clientSecret = client
    serverSecret = server
    reading = TrafficKeys(suite, client)
    writing = TrafficKeys(suite, server)
  }

  private func startApplication(_ handshake: Handshake, _ schedule: KeySchedule) {
    let hash = handshake.transcriptHash
    let server = schedule.derive("s ap traffic", hash)
    clientSecret = schedule.derive("c ap traffic", hash)
    serverSecret = server
    writing = TrafficKeys(suite, server)
  }

  // MARK: Messages

  private func appendProof<Signer: CertificateSigner & ~Copyable>(
    _ credential: Int, _ scheme: SignatureScheme, _ handshake: Handshake,
    _ signer: inout Signer, to flight: inout [UInt8]
  ) throws(Alert) {
    let hash = handshake.transcriptHash
    guard let request = SigningRequest(scheme, key: credential, transcriptHash: hash.span) else {
      throw .internalError
    }
    var signature = [UInt8](repeating: 0, count: 512)
    var span = signature.mutableSpan
    guard let count = signer.sign(request, into: &span), count > 0, count <= 512 else {
      throw .internalError
    }
    let start = flight.count
    flight.appendMessage(HandshakeType.certificateVerify) { message in
      message.append(Int(scheme.rawValue), size: 2)
      message.appendVector(2) { $0.append(copying: signature.span.extracting(0..<count)) }
    }
    handshake.transcript?.update(flight.span.extracting(start..<flight.count))
  }

  private func appendFinished(_ handshake: Handshake, to flight: inout [UInt8]) {
    guard let secret = serverSecret else { return }
    let code = suite.hash.finished(secret, handshake.transcriptHash)
    let start = flight.count
    flight.appendMessage(HandshakeType.finished) { $0.append(copying: code.span) }
    handshake.transcript?.update(flight.span.extracting(start..<flight.count))
  }
}
