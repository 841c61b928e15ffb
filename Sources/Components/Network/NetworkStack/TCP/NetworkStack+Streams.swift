// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

// What owners do with connections.
extension NetworkStack {
  /// Opens a connection. A `writable` event tells when it is open, a `closed` one when it cannot be.
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

  // RFC 6056, 3.3.3: a start that depends on the peer, and a step by one.
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

  /// Why a connection is no more; nil for one that lives, or that both sides have closed.
  public func failure(of connection: TCPConnection) -> TCPFailure? {
    index(of: connection).flatMap { connections[$0].failure }
  }

  /// Whether the connection can still carry something in either direction.
  public func isOpen(_ connection: TCPConnection) -> Bool {
    guard let index = index(of: connection) else { return false }
    return connections[index].state != .closed
  }

  /// The other end; nil once the connection is closed.
  public func remote(of connection: TCPConnection) -> Endpoint? {
    index(of: connection).map { connections[$0].remote }
  }

  /// Names an accepted connection for its events.
  public mutating func setTag(_ tag: UInt, of connection: TCPConnection) {
    if let index = index(of: connection) { connections[index].tag = tag }
  }

  /// Lends what has arrived, as far as it lies in one piece; `body` says how many bytes of it were
  /// taken. Call again while the answer is `bytes`: the ring's end may have cut it.
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

  /// Copies what has arrived into `buffer`, as much as it holds.
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

  /// Keeps the end of a `Delivery.stream` that its reader could not take; the next event tells of it
  /// again. `bytes` are the last ones of what was lent.
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

  /// Takes bytes to send, as many as there is room for: the answer. Where it is less than all, a
  /// `writable` event tells when there is room again. Nil when nothing can be sent any more.
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

  /// Sends no more: the peer reads the end behind what was written. Reading goes on.
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

  /// Lets go of a connection: what was written is still sent, and then its end. If something came
  /// that was never read, the peer is told so by a reset (RFC 2525, 2.17).
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

  /// Breaks a connection off, and lets go of it.
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
