// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Time

/// What a ticket of resumption holds (RFC 8446, 4.6.1).
struct Ticket {
  /// The suite of the connection that gave it.
  let suite: CipherSuite
  /// The credential with which the server proved itself.
  let credential: Int
  /// When the server last proved itself: at the full handshake from which this ticket comes, if by way of other tickets.
  let proved: Instant
  /// The ticket's number among those that the same key sealed.
  let number: UInt64
  let preSharedKey: Secret
}

/// Seals and opens tickets. Clients keep them; the server keeps two keys, of which the older one only opens. A key seals for as long as a
/// ticket lives, so each ticket can be opened until its end, and what it protects is safe once its key is gone, which is at most two
/// lifetimes later. A ticket that comes from another one ends when that would have, so that a client sees a proof of the certificate's key
/// once in a lifetime (4.6.1).
struct TicketKeys: ~Copyable {
  /// How long a ticket lives.
  let lifetime: Interval
  private let algorithm: SealingAlgorithm
  private var current: TicketKey?
  private var previous: TicketKey?
  private let window: Int
  /// When a key is to be forgotten, also if there are no handshakes.
  private(set) var deadline = Instant.never

  /// - Parameters:
  ///   - algorithm: what seals them.
  ///   - window: if not 0, each ticket opens once, and only while it is among the last so many of its key.
  init(lifetime: Interval, _ algorithm: SealingAlgorithm, window: Int) {
    self.lifetime = lifetime
    self.algorithm = algorithm
    self.window = max(window, 0)
  }

  /// Makes a new key if it is time.
  private mutating func rotate(now: Instant) {
    if let created = current?.created {
      if now - created < lifetime { return }
      previous = now - created < 2 * lifetime ? current.take() : nil
    }
    current = TicketKey(algorithm, window: window, now: now)
    noteDeadline()
  }

  /// Forgets the keys whose tickets have all ended.
  mutating func timePassed(now: Instant) {
    guard now >= deadline else { return }
    if let created = previous?.created, now - created >= 2 * lifetime { previous = nil }
    if let created = current?.created, now - created >= 2 * lifetime { current = nil }
    noteDeadline()
  }

  private mutating func noteDeadline() {
    deadline = .never
    if let created = current?.created { deadline = created + 2 * lifetime }
    if let created = previous?.created { deadline = created + 2 * lifetime }
  }

  /// A ticket as bytes: the key's name (8), the number (8), and the sealed content.
  mutating func seal(
    _ suite: CipherSuite, credential: Int, _ preSharedKey: Secret, proved: Instant, now: Instant
  ) -> [UInt8] {
    rotate(now: now)
    return current?.seal(suite, credential: credential, preSharedKey, proved: proved) ?? []
  }

  /// Opens a ticket; nil unless it is one of this server's that still lives.
  mutating func open(_ bytes: Span<UInt8>, now: Instant) -> Ticket? {
    rotate(now: now)
    guard let ticket = current?.open(bytes) ?? previous?.open(bytes),
      now - ticket.proved < lifetime
    else { return nil }
    return ticket
  }

  /// Notes that a ticket has resumed a connection.
  ///
  /// - Returns: false if it had done so before, and tickets are for one use.
  mutating func use(_ ticket: borrowing Ticket, named bytes: Span<UInt8>) -> Bool {
    guard window > 0 else { return true }
    if let used = current?.use(ticket.number, bytes) { return used }
    return previous?.use(ticket.number, bytes) ?? false
  }
}
