// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Time

/// What one call of poll(2) waits for. Pumps add their sockets, the caller waits, and the pumps look up what has happened.
public struct PollSet {
  private var entries: [pollfd] = []

  /// An empty set.
  public init() {}

  /// Empties the set, for the next turn.
  public mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  /// The place of the next socket.
  var count: Int { entries.count }

  /// Adds a socket. Errors and hang-ups are always reported.
  mutating func add(_ socket: Socket, input: Bool, output: Bool) {
    let events = (input ? POLLIN : 0) | (output ? POLLOUT : 0)
    entries.append(pollfd(fd: socket.descriptor, events: Int16(events), revents: 0))
  }

  /// Waits until something has happened, or `deadline`; for a minute at most.
  public mutating func wait(until deadline: Instant) {
    let now = HostClock.now
    // Rounded up, as a turn before the deadline would do nothing.
    let pause = deadline <= now ? 0 : min((deadline - now).milliseconds, 59_999) + 1
    // A signal counts as an event of none of them.
    guard poll(&entries, nfds_t(entries.count), Int32(pause)) < 0 else { return }
    for index in entries.indices { entries[index].revents = 0 }
  }

  /// Whether there is something to read at a place: bytes, an end, or an error.
  func hasInput(_ place: Int) -> Bool { has(POLLIN, place) }
  /// Whether a socket can be written to.
  func hasRoom(_ place: Int) -> Bool { has(POLLOUT, place) }
  /// Whether a connection has failed or ended in both directions.
  func hasFailed(_ place: Int) -> Bool { has(POLLERR | POLLHUP | POLLNVAL, place) }

  private func has(_ events: Int32, _ place: Int) -> Bool {
    entries.indices.contains(place) && entries[place].revents & Int16(events) != 0
  }
}
