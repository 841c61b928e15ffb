// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Time

/// What a connection needs until its handshake is done.
final class Handshake {
  let started: Instant
  /// Bytes that the client has sent.
  var byteCount = 0
  /// What was agreed with the last ClientHello.
  var agreement: Agreement?
  /// The group that a HelloRetryRequest has asked for, and what the client has to repeat.
  var retry: (group: Group, digest: [UInt8])?
  /// All messages so far, but not the ClientHello that waits for its turn.
  var transcript: HashState?
  var schedule: KeySchedule?
  /// The client's secret for its Finished message.
  var clientSecret: Secret?
  var credential = 0
  var isResumed = false
  /// The client can resume with a key exchange, so that tickets are of use to it.
  var takesTickets = false
  /// When the server proved itself; nil for in this handshake.
  var proved: Instant?
  /// Bytes of early data that may still be skipped (RFC 8446, 4.2.10).
  var earlyDataRest = 0

  init(started: Instant) { self.started = started }

  /// The hash of all messages so far.
  var transcriptHash: [UInt8] {
    transcript.map { $0.function.digest(of: $0) } ?? []
  }
}
