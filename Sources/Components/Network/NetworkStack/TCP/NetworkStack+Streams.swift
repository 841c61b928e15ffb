// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// The owner's operations on connections.
extension NetworkStack {
  /// Opens a connection; a `writable` event reports success, a `closed` event failure. Throws
  /// `unreachable`, `portInUse`, `noSocket` or `noMemory`.
  public mutating func connect(
    to remote: Endpoint, from port: UInt16 = 0, settings: TCPSettings = TCPSettings(),
    tag: UInt = 0, now: Instant
  ) throws(SocketError) -> TCPConnection {
    guard let address = network?.address, remote.port != 0 else { throw .unreachable }
    switch remote.address {
    case .v4(let destination):
      guard destination.isHost, case .via = route(to: destination) else { throw .unreachable }
    }
    ensureKeys()
    var local = Endpoint(address, port)
    if port == 0 {
      local.port = try unusedPort(local, remote)
    } else if find(local, remote, hash: flowHash(local, remote)) != nil {
      throw .portInUse
    }
    guard let index = allocateConnection() else { throw .noSocket }
    insert(index, local, remote, settings: settings, tag: tag)
    guard connections[index].allocateBuffers(from: &pool) else {
      connections[index].isOrphan = true
      connections[index].enterClosed()
      schedule(index)
      throw .noMemory
    }
    let (sequence, offset) = initialNumbers(local, remote, now: now)
    connections[index].timestampOffset = offset
    connections[index].open(initialSequence: sequence, mtu: mtu, now: now)
    schedule(index)
    return handle(index)
  }

  // Ports by RFC 6056, 3.3.3: from an offset that depends on the peer, in steps of one.
  private mutating func unusedPort(
    _ local: Endpoint, _ remote: Endpoint
  ) throws(SocketError) -> UInt16 {
    var candidate = local
    let offset = portOffset(local, remote)
    for _ in 0..<16384 {
      nextPort &+= 1
      candidate.port = 0xc000 | ((offset &+ nextPort) & 0x3fff)
      if find(candidate, remote, hash: flowHash(candidate, remote)) == nil { return candidate.port }
    }
    throw .portInUse
  }

  /// Bytes that can be read now.
  public func readableByteCount(_ connection: TCPConnection) -> Int {
    index(of: connection).map { connections[$0].readable } ?? 0
  }

  /// Bytes that can be written now.
  public func writableByteCount(_ connection: TCPConnection) -> Int {
    guard let index = index(of: connection), mayWrite(index) else { return 0 }
    return connections[index].writable
  }

  /// Why a connection ended; nil while it is open, or if both sides have closed it.
  public func failure(of connection: TCPConnection) -> TCPFailure? {
    index(of: connection).flatMap { connections[$0].failure }
  }

  /// Whether the connection can still carry data in either direction.
  public func isOpen(_ connection: TCPConnection) -> Bool {
    guard let index = index(of: connection) else { return false }
    return connections[index].state != .closed
  }

  /// The peer's address and port; nil once the connection is closed.
  public func remote(of connection: TCPConnection) -> Endpoint? {
    index(of: connection).map { connections[$0].remote }
  }

  /// Sets the tag of a connection's events.
  public mutating func setTag(_ tag: UInt, of connection: TCPConnection) {
    if let index = index(of: connection) { connections[index].tag = tag }
  }

  /// Lends the received bytes that lie in one piece; `body` returns how many of them it consumed.
  /// Call again while the result is `bytes`: the ring's end may have split the data.
  public mutating func read(
    _ connection: TCPConnection, _ body: (RawSpan) -> Int
  ) -> ReadOutcome {
    guard let index = index(of: connection) else { return .closed }
    let count = connections[index].readable
    guard count > 0 else {
      if connections[index].finReceived { return .end }
      return connections[index].state == .closed ? .closed : .nothingYet
    }
    let (range, _) = pool.parts(
      of: connections[index].receiveBuffer, at: connections[index].rcvRead.value, count)
    let taken = min(max(pool.bytes.withBytes(range, body), 0), range.count)
    connections[index].didRead(taken)
    if connections[index].ackNow { sendQueue.push(index) }
    return .bytes(taken)
  }

  /// Copies received bytes into `buffer`, as many as fit.
  public mutating func read(
    _ connection: TCPConnection, into buffer: inout MutableRawSpan
  ) -> ReadOutcome {
    var total = 0
    while total < buffer.byteCount {
      let outcome = read(connection) { bytes in
        let count = min(bytes.byteCount, buffer.byteCount &- total)
        buffer.copy(bytes.extracting(0..<count), to: total)
        return count
      }
      guard case .bytes(let count) = outcome, count > 0 else {
        return total > 0 ? .bytes(total) : outcome
      }
      total &+= count
    }
    return .bytes(total)
  }

  /// Stores the end of a `Delivery.stream` that its reader could not consume; the next `readable`
  /// event reports it again. `bytes` must be the last ones of the lent range.
  public mutating func keep(_ bytes: RawSpan, of connection: TCPConnection) {
    guard let index = index(of: connection), bytes.byteCount > 0,
      connections[index].readable == 0,
      bytes.byteCount <= connections[index].receiveBuffer.byteCount
    else { return }
    connections[index].rcvRead =
      connections[index].rcvNxt
      - (bytes.byteCount &+ (connections[index].finReceived ? 1 : 0))
    pool.copyIn(
      bytes, to: connections[index].receiveBuffer, at: connections[index].rcvRead.value)
  }

  private func mayWrite(_ index: Int) -> Bool {
    guard !connections[index].finQueued else { return false }
    switch connections[index].state {
    case .established, .closeWait: return true
    case .synSent, .synReceived: return !connections[index].sendBuffer.isNone
    default: return false
    }
  }

  /// Queues bytes to send and returns how many there was room for. If that is not all of them, a
  /// `writable` event reports new room. Nil if the connection cannot send any more.
  public mutating func write(_ bytes: RawSpan, to connection: TCPConnection) -> Int? {
    guard let index = index(of: connection), mayWrite(index) else { return nil }
    let count = min(bytes.byteCount, connections[index].writable)
    if count < bytes.byteCount { connections[index].wantsWritable = true }
    guard count > 0 else { return 0 }
    pool.copyIn(
      bytes, count, to: connections[index].sendBuffer, at: connections[index].sndEnd.value)
    connections[index].sndEnd = connections[index].sndEnd + count
    if connections[index].mayHavePlan { sendQueue.push(index) }
    return count
  }

  /// Ends our data: the peer sees the end after what was written. Reading continues.
  public mutating func finishSending(_ connection: TCPConnection) {
    guard let index = index(of: connection) else { return }
    queueFin(index)
    schedule(index)
  }

  private mutating func queueFin(_ index: Int) {
    guard !connections[index].finQueued else { return }
    switch connections[index].state {
    case .established:
      connections[index].finQueued = true
      connections[index].state = .finWait1
    case .closeWait:
      connections[index].finQueued = true
      connections[index].state = .lastAck
    case .synSent, .synReceived: connections[index].finQueued = true
    default: break
    }
  }

  /// Closes a connection: written data is still sent, followed by a FIN. If received data was never
  /// read, the peer gets a reset instead (RFC 2525, 2.17).
  public mutating func close(_ connection: TCPConnection, now: Instant) {
    guard let index = index(of: connection) else { return }
    guard connections[index].readable == 0 else { return abort(connection) }
    connections[index].isOrphan = true
    if connections[index].state == .synSent {
      connections[index].enterClosed()
    } else {
      queueFin(index)
    }
    if connections[index].state == .finWait2 {
      connections[index].lingerAt = now + TCPLimits.orphanWait
    }
    pool.free(&connections[index].receiveBuffer)
    connections[index].outOfOrder.removeAll()
    schedule(index)
  }

  /// Closes a connection with a reset.
  public mutating func abort(_ connection: TCPConnection) {
    guard let index = index(of: connection) else { return }
    let state = connections[index].state
    connections[index].isOrphan = true
    if state.isSynchronised && state != .timeWait || state == .synReceived {
      connections[index].resetPending = true
    }
    connections[index].fail(.reset)
    schedule(index)
  }
}
