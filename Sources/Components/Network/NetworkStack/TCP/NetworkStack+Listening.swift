// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// Listeners and passive handshakes.
extension NetworkStack {
  /// Listens on a port; `acceptable` events announce connections. Throws `portInUse`, or `noSocket`
  /// if all listeners are in use.
  public mutating func listen(
    port: UInt16, settings: TCPSettings = TCPSettings(), tag: UInt = 0
  ) throws(SocketError) -> TCPListener {
    guard listener(on: port) == nil else { throw .portInUse }
    for index in 0..<listeners.count where !listeners[index].isOpen {
      let generation = listeners[index].generation
      listeners[index] = Listener()
      listeners[index].generation = generation
      listeners[index].isOpen = true
      listeners[index].port = port
      listeners[index].settings = settings
      listeners[index].tag = tag
      return TCPListener(index: Int32(truncatingIfNeeded: index), generation: generation)
    }
    throw .noSocket
  }

  private func listener(on port: UInt16) -> Int? {
    for index in 0..<listeners.count
    where listeners[index].isOpen && listeners[index].port == port { return index }
    return nil
  }

  private func index(of listener: TCPListener) -> Int? {
    let index = Int(listener.index)
    guard index >= 0, index < listeners.count, listeners[index].isOpen,
      listeners[index].generation == listener.generation
    else { return nil }
    return index
  }

  /// Stops listening and resets connections that were not accepted.
  public mutating func close(_ listener: TCPListener) {
    guard let index = index(of: listener) else { return }
    listeners[index].isOpen = false
    listeners[index].generation &+= 1
    for connection in 0..<connections.count
    where connections[connection].isUsed && Int(connections[connection].listener) == index {
      leaveListener(connection)
      connections[connection].isOrphan = true
      connections[connection].resetPending = true
      connections[connection].fail(.reset)
      schedule(connection)
    }
  }

  /// The next completed connection; nil if there is none. It may already have data to read.
  public mutating func accept(_ listener: TCPListener, tag: UInt = 0) -> TCPConnection? {
    guard let index = index(of: listener), listeners[index].head >= 0 else { return nil }
    let connection = Int(listeners[index].head)
    leaveListener(connection)
    connections[connection].tag = tag
    if connections[connection].readable > 0 || connections[connection].finReceived {
      connections[connection].raise(.readable)
    }
    let result = handle(connection)
    schedule(connection)
    return result
  }

  /// Removes a connection from its listener's queue, if it is in it.
  mutating func leaveListener(_ index: Int) {
    let listener = Int(connections[index].listener)
    guard listener >= 0 else { return }
    connections[index].listener = -1
    var previous = -1
    var current = Int(listeners[listener].head)
    while current >= 0, current != index {
      previous = current
      current = Int(acceptNext[current])
    }
    guard current == index else { return }
    let next = acceptNext[index]
    if previous >= 0 { acceptNext[previous] = next } else { listeners[listener].head = next }
    if next < 0 { listeners[listener].tail = Int32(truncatingIfNeeded: previous) }
    listeners[listener].waiting &-= 1
  }

  /// Answers a SYN; false if no listener has its port.
  mutating func receiveSyn(
    _ segment: inout Segment, _ local: Endpoint, _ remote: Endpoint, _ origin: Origin, now: Instant
  ) -> Bool {
    guard let listener = listener(on: local.port) else { return false }
    guard listeners[listener].waiting < listeners[listener].settings.backlog else {
      // The peer will try again, and may find room then.
      counters.refused &+= 1
      return true
    }
    ensureKeys()
    if halfOpen.count >= configuration.halfOpenLimit { evictHalfOpen() }
    guard let index = allocateConnection() ?? allocateByEviction() else {
      counters.refused &+= 1
      return true
    }
    insert(index, local, remote, settings: listeners[listener].settings, tag: 0)
    let (sequence, offset) = initialNumbers(local, remote, now: now)
    connections[index].timestampOffset = offset
    connections[index].listener = Int16(truncatingIfNeeded: listener)
    connections[index].open(
      answering: segment.header, segment.options, initialSequence: sequence, mtu: mtu,
      window: offerable(settings: listeners[listener].settings), now: now)
    answerWhereItCameFrom(index, origin, now: now)
    halfOpen.push(index)
    schedule(index)
    return true
  }

  /// The window that a SYN's answer may offer: what this buffer would get if every handshake under
  /// way allocated its full-sized buffers first.
  private mutating func offerable(settings: TCPSettings) -> Int {
    let share = pool.fairByteCount(
      behind: halfOpen.count &* (settings.receiveByteCount &+ settings.sendByteCount))
    return min(
      settings.receiveByteCount, BufferPool.powerOfTwo(within: max(share, settings.leastByteCount)))
  }

  /// Addresses the answer to an unknown neighbour's SYN to the station that the SYN came from, so
  /// that a crowd causes no ARP requests. The cache learns the address when the handshake
  /// completes, which proves that the answer arrived; until then it is a claim that any station can
  /// make for another. A retransmitted answer does ask.
  private mutating func answerWhereItCameFrom(_ index: Int, _ origin: Origin, now: Instant) {
    let source = origin.header.source
    guard case .via(let nextHop) = route(to: source), nextHop == source,
      origin.hardware.isStation, !neighbours.knows(source)
    else { return }
    connections[index].hardware = origin.hardware
    connections[index].neighbourVersion = neighbours.version
    connections[index].neighbourUntil = now + NeighbourCache.interval
  }

  /// Drops the oldest half-open connection. In a flood it is the least likely to be genuine: an
  /// honest peer answers within a round-trip time.
  private mutating func evictHalfOpen() {
    guard let index = halfOpen.first else { return }
    counters.evicted &+= 1
    connections[index].fail(.noMemory)
    schedule(index)
  }

  private mutating func allocateByEviction() -> Int? {
    evictHalfOpen()
    return freeConnections.pop()
  }

  /// Ends a handshake, successful or not; an open connection can now be accepted.
  mutating func endHandshake(_ index: Int) {
    halfOpen.remove(index)
    let listener = Int(connections[index].listener)
    guard connections[index].state != .closed, listener >= 0 else { return }
    confirmNeighbour(index)
    acceptNext[index] = -1
    let entry = Int32(truncatingIfNeeded: index)
    if listeners[listener].tail >= 0 {
      acceptNext[Int(listeners[listener].tail)] = entry
    } else {
      listeners[listener].head = entry
    }
    listeners[listener].tail = entry
    listeners[listener].waiting &+= 1
    events.push(eventIndex(listener: listener))
  }

  /// The peer has acknowledged a segment, which confirms the station that it was sent to.
  private mutating func confirmNeighbour(_ index: Int) {
    switch connections[index].remote.address {
    case .v4(let address):
      guard case .via(let nextHop) = route(to: address), nextHop == address else { return }
      let hardware = connections[index].hardware
      if neighbours.confirm(address, hardware, now: connections[index].lastHeard) {
        held.neighbourResolved(address, hardware)
      }
    }
    queueWokenConnections()
  }
}
