// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Wire

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
      && (!neighbours.hasRequests || sendRequests(now: now, into: &output)))
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
      settle(owner)
    } else if owner == neighbourTimer {
      if neighbours.tick(now: now, watching: routerInUse) { leaveRouter() }
      wakeWaiting()
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
    if neighbours.hasRequests, !sendRequests(now: now, into: &output) { return false }
    return true
  }

  @inline(never)
  private mutating func sendRequests<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    guard let address = network?.address else { return true }
    while let request = neighbours.nextRequest() {
      let packet = ARPPacket(
        operation: .request, senderHardware: configuration.hardware, sender: address,
        targetHardware: MACAddress(0), target: request.target)
      guard sendARP(packet, to: request.destination, into: &output) else { return false }
      neighbours.sent(request, now: now)
    }
    timers.wake(neighbourTimer, by: neighbours.deadline)
    return true
  }

  /// The next event, until there is none. Sockets come in the order in which something happened to
  /// them; what happened to one since it was told last comes at once.
  public mutating func nextEvent() -> SocketEvent? {
    if hasAddressEvent {
      hasAddressEvent = false
      return SocketEvent(socket: .address, tag: 0, readiness: .readable)
    }
    if hasConflictEvent { return conflictEvent() }
    while let index = events.pop() {
      if let event = takeEvent(index) { return event }
    }
    return nil
  }

  private mutating func takeEvent(_ index: Int) -> SocketEvent? {
    if index < connections.count {
      let readiness = connections[index].events
      guard connections[index].isUsed, !connections[index].isOrphan, readiness.rawValue != 0,
        connections[index].listener < 0
      else { return nil }
      connections[index].events = Readiness(rawValue: 0)
      return SocketEvent(
        socket: .connection(handle(index)), tag: connections[index].tag, readiness: readiness)
    }
    let listener = index &- connections.count
    if listener < listeners.count {
      guard listeners[listener].isOpen, listeners[listener].waiting > 0 else { return nil }
      let name = TCPListener(
        index: Int32(truncatingIfNeeded: listener), generation: listeners[listener].generation)
      return SocketEvent(
        socket: .listener(name), tag: listeners[listener].tag, readiness: .acceptable)
    }
    let socket = listener &- listeners.count
    if socket < datagramSockets.count {
      guard datagramSockets[socket].isOpen, datagramSockets[socket].hasEvent else { return nil }
      datagramSockets[socket].hasEvent = false
      let name = UDPSocket(
        index: Int32(truncatingIfNeeded: socket), generation: datagramSockets[socket].generation)
      return SocketEvent(
        socket: .datagrams(name), tag: datagramSockets[socket].tag, readiness: .readable)
    }
    guard let (lookup, tag) = resolver.identity(socket &- datagramSockets.count) else { return nil }
    return SocketEvent(socket: .lookup(lookup), tag: tag, readiness: .readable)
  }
}
