// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// The sink for frames. The stack keeps no frame that it could not send: it asks for a buffer and
/// writes straight into it.
public protocol FrameOutput: ~Copyable {
  /// Lends `write` a buffer of exactly `byteCount` bytes (42...1514 for Ethernet) with arbitrary
  /// content, and sends it. Returns false without calling `write` if no buffer is free; the stack
  /// tries again at the next `poll`.
  mutating func send(_ byteCount: Int, _ write: (inout MutableRawSpan) -> Void) -> Bool
}

// Frames out: timers, then control packets and streams. `FramesIn` is the counterpart.
extension NetworkStack {
  /// Runs the timers that have expired and sends what can be sent.
  public mutating func poll<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) {
    runTimers(now: now)
    // Control packets are few and urgent, and streams may use every buffer, so control goes first.
    // Streams may then need further ARP requests.
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
      connections[owner].runTimers(now: now)
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

  /// Sends held datagrams, DHCP, announcements, DNS and ARP; false if no buffer was free.
  @inline(__always)
  private mutating func sendControl<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    if held.hasReady, !held.send(into: &output) { return false }
    if usesDHCP, dhcp.isDue, !sendDHCP(now: now, into: &output) { return false }
    if defence.isDue, !announce(now: now, into: &output) { return false }
    if resolver.hasQuestions, !sendQuestions(now: now, into: &output) { return false }
    if neighbours.hasRequests, !sendARPRequests(now: now, into: &output) { return false }
    return true
  }
}
