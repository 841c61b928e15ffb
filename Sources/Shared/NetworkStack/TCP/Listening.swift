// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// Listeners, and the handshakes that they begin.
extension NetworkStack {
  /// Listens on a port. Connections that come are told by `acceptable` events.
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

  /// Listens no more. Connections that were not accepted are broken off.
  public mutating func close(_ listener: TCPListener) {
    guard let index = index(of: listener) else { return }
    listeners[index].isOpen = false
    listeners[index].generation &+= 1
    for connection in 0..<connections.count
    where connections[connection].isUsed && Int(connections[connection].listener) == index {
      let wasHalfOpen = connections[connection].state == .synReceived
      leaveListener(connection)
      connections[connection].isOrphan = true
      connections[connection].resetPending = true
      connections[connection].fail(.reset)
      noteHandshake(connection, wasHalfOpen: wasHalfOpen)
      settle(connection)
    }
  }

  /// The next connection that is complete; nil when there is none. Something may be there to read.
  public mutating func accept(_ listener: TCPListener, tag: UInt = 0) -> TCPConnection? {
    guard let index = index(of: listener), listeners[index].head >= 0 else { return nil }
    let connection = Int(listeners[index].head)
    leaveListener(connection)
    connections[connection].tag = tag
    if connections[connection].readable > 0 || connections[connection].finReceived {
      connections[connection].raise(.readable)
    }
    let result = handle(connection)
    settle(connection)
    return result
  }

  /// Takes a connection out of its listener's queue, where it is in it.
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

  /// Answers a SYN to a listener. False when nobody listens there.
  mutating func receiveSyn(
    _ segment: inout Segment, _ local: Endpoint, _ remote: Endpoint, now: Instant
  ) -> Bool {
    guard let listener = listener(on: local.port) else { return false }
    guard listeners[listener].waiting < listeners[listener].settings.backlog else {
      // The peer tries again, and may find room then.
      counters.refused &+= 1
      return true
    }
    if halfOpenCount >= configuration.halfOpenLimit { evictHalfOpen() }
    guard let index = takeConnection() ?? takeHalfOpen() else {
      counters.refused &+= 1
      return true
    }
    insert(index, local, remote, settings: listeners[listener].settings, tag: 0)
    let (sequence, offset) = initialNumbers(local, remote, now: now)
    connections[index].timestampOffset = offset
    connections[index].listener = Int16(truncatingIfNeeded: listener)
    connections[index].open(
      answering: segment.header, segment.options, initialSequence: sequence, unit: unit, now: now)
    halfOpenCount &+= 1
    halfOpen.push(index)
    settle(index)
    return true
  }

  /// Drops the oldest half-open connection: in a flood it is the least likely to be an honest one's,
  /// who answers within a round-trip time.
  private mutating func evictHalfOpen() {
    while let index = halfOpen.pop() {
      guard connections[index].isUsed, connections[index].state == .synReceived,
        connections[index].listener >= 0
      else { continue }
      counters.evicted &+= 1
      connections[index].fail(.noMemory)
      noteHandshake(index, wasHalfOpen: true)
      settle(index)
      return
    }
  }

  private mutating func takeHalfOpen() -> Int? {
    evictHalfOpen()
    return freeConnections.pop()
  }

  /// After anything that may have ended a handshake: counts, and queues what can be accepted.
  @inline(__always)
  mutating func noteHandshake(_ index: Int, wasHalfOpen: Bool) {
    guard wasHalfOpen, connections[index].state != .synReceived else { return }
    endHandshake(index)
  }

  @inline(never)
  private mutating func endHandshake(_ index: Int) {
    guard !connections[index].isActive else { return }
    halfOpenCount &-= 1
    let listener = Int(connections[index].listener)
    guard connections[index].state != .closed, listener >= 0 else { return }
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
}
