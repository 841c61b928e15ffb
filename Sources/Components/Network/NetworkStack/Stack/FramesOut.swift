// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// Where frames go. The stack never holds a frame that it could not send: it asks for a buffer and
/// writes straight into it.
public protocol FrameOutput: ~Copyable {
  /// Lends `write` a buffer of exactly `byteCount` bytes, 42...1514 for Ethernet, whatever is in
  /// them, and sends it. False, without calling `write`, when there is no buffer: the stack tries
  /// again at the next `poll`.
  mutating func send(_ byteCount: Int, _ write: (inout MutableRawSpan) -> Void) -> Bool
}

// What the stack does by itself: timers, and frames out.
extension NetworkStack {
  /// Does what is due and sends what can be sent.
  public mutating func poll<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) {
    runTimers(now: now)
    // What is little and cannot wait goes first, as streams may take every buffer each time. They may find that a
    // neighbour has to be asked for.
    isBlocked =
      !(sendControl(now: now, into: &output) && sendStreams(now: now, into: &output)
      && (!neighbours.hasRequests || sendARPRequests(now: now, into: &output)))
  }

  @inline(__always)
  private mutating func runTimers(now: Instant) {
    while let owner = timers.pop(now: now) { runTimer(owner, now: now) }
  }

  @inline(never)
  private mutating func runTimer(_ owner: Int, now: Instant) {
    if owner < connections.count {
      guard connections[owner].isUsed else { return }
      let retries = connections[owner].retries
      connections[owner].tick(now: now)
      if connections[owner].retries > retries, connections[owner].state.isSynchronised {
        counters.timeouts &+= 1
      }
      if connections[owner].retries > max(retries, 1) { doubtNeighbour(of: owner) }
      schedule(owner)
    } else if owner == neighbourTimer {
      if neighbours.tick(now: now, watching: routerInUse) { switchRouter() }
      queueWokenConnections()
      timers.wake(neighbourTimer, by: neighbours.deadline)
    } else if owner == dhcpTimer {
      tickDHCP(now: now)
    } else if owner == defenceTimer {
      tickDefence(now: now)
    } else {
      tickResolver(now: now)
    }
  }

  /// False when there was no buffer.
  @inline(__always)
  private mutating func sendControl<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    if held.hasReady, !held.send(into: &output) { return false }
    if usesDHCP, !sendDHCP(now: now, into: &output) { return false }
    if defence.isDue, !announce(now: now, into: &output) { return false }
    if resolver.hasQuestions, !sendQuestions(now: now, into: &output) { return false }
    if neighbours.hasRequests, !sendARPRequests(now: now, into: &output) { return false }
    return true
  }
}
