// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Streams
import Time

// Time limits, and the turns of handshakes.

extension TLSServer where Inner: ~Copyable, Signer: ~Copyable {
  /// Answers a ClientHello at once if none was answered at this time, else when its turn comes: one at each time that passes. Between two
  /// of them, the pump serves all other streams, so that these wait for one handshake at most, however many clients come at once.
  mutating func takeTurn(_ stream: Int, _ connection: TLSConnection, now: Instant) {
    if waiting.isEmpty, lastAnswer.map({ $0 < now }) ?? true {
      answer(connection, now: now)
    } else if !waiting.contains(stream) {
      waiting.append(stream)
    }
  }

  private mutating func answer(_ connection: TLSConnection, now: Instant) {
    lastAnswer = now
    connection.answer(&signer, &tickets, now: now)
  }

  /// The earliest time at which there is something to do.
  public var deadline: Instant {
    var deadline = min(inner.deadline, tickets.deadline)
    if !waiting.isEmpty, let lastAnswer {
      deadline = min(deadline, lastAnswer + Interval(nanoseconds: 1))
    }
    // All have the same limit, so that the first one is the oldest.
    if let first = handshaking.first, let handshake = connection(first)?.handshake {
      deadline = min(deadline, handshake.started + settings.handshakeTime)
    }
    if let first = closing.first, let connection = connection(first) {
      deadline = min(deadline, connection.closes)
    }
    return deadline
  }

  /// Passes the time on, ends handshakes that take too long, and gives the next one its turn.
  public mutating func timePassed(now: Instant) {
    if now >= inner.deadline { inner.timePassed(now: now) }
    tickets.timePassed(now: now)
    advanceChanged(now: now)
    endOverdue(now: now)
    guard let stream = waiting.first, lastAnswer.map({ $0 < now }) ?? true else { return }
    waiting.removeFirst()
    guard let connection = connection(stream) else { return }
    answer(connection, now: now)
    settle(stream, connection, now)
    changed.append(stream)
  }

  private mutating func endOverdue(now: Instant) {
    while let stream = handshaking.first, let connection = connection(stream),
      let handshake = connection.handshake, now >= handshake.started + settings.handshakeTime
    {
      connection.cutOff()
      settle(stream, connection, now)
      changed.append(stream)
    }
    while let stream = closing.first, let connection = connection(stream), now >= connection.closes
    {
      closeOldest()
    }
  }

  /// Resets connections whose record is incomplete or was not taken, the one that has held it the longest first, until there is memory
  /// again.
  mutating func relieveMemory(now: Instant) {
    while heldByteCount > settings.memoryLimit {
      var victim: (stream: Int, since: Instant)?
      for (stream, connection) in connections.enumerated() {
        guard let since = connection?.inputStarted, since < (victim?.since ?? .never) else {
          continue
        }
        victim = (stream, since)
      }
      guard let victim, let connection = connection(victim.stream) else { return }
      connection.cutOff()
      settle(victim.stream, connection, now)
      changed.append(victim.stream)
    }
  }

  /// Passes the news on.
  public mutating func wake(_ stream: Int, now: Instant) {
    inner.wake(stream, now: now)
    advanceChanged(now: now)
  }

  private mutating func advanceChanged(now: Instant) {
    while let stream = inner.nextChanged() {
      changed.append(stream)
      guard let connection = connection(stream) else { continue }
      advance(stream, connection, now)
      settle(stream, connection, now)
    }
  }

  /// The inner server's, once their records are made, and this one's own.
  public mutating func nextChanged() -> Int? { changed.popLast() }
}
