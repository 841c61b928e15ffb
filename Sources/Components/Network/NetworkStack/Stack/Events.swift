// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// Events: what happened to which socket.
extension NetworkStack {
  /// The next event; nil if there is none. Sockets come in the order in which something happened to
  /// them; all that happened to one since its last event comes at once.
  public mutating func nextEvent() -> SocketEvent? {
    if hasAddressEvent {
      hasAddressEvent = false
      return SocketEvent(socket: .address, tag: 0, readiness: .readable)
    }
    if hasConflictEvent { return conflictEvent() }
    while let index = events.pop() {
      if let event = makeEvent(index) { return event }
    }
    return nil
  }

  private mutating func makeEvent(_ index: Int) -> SocketEvent? {
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
