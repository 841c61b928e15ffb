// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// What follows from a change to a connection: sending, events, its place.
extension NetworkStack {
  /// Looks at a connection after something has happened to it: tells its owner, lets it send, and
  /// frees it when it is over. Its timer is set when it has sent what it can: a deadline that the
  /// next segment takes away is never waited for.
  @inline(__always)
  mutating func schedule(_ index: Int) {
    let state = connections[index].state
    if halfOpen.contains(index) || state == .closed || state == .timeWait, !updateQueues(index) {
      return
    }
    if connections[index].events.rawValue != 0 { events.push(index) }
    // One that is closed has no more to say than a reset.
    if state != .closed || connections[index].resetPending { sendQueue.push(index) }
  }

  /// A handshake that may be over, or a connection that is: what follows from it for the queues that it is in. False when
  /// its place was freed.
  @inline(never)
  private mutating func updateQueues(_ index: Int) -> Bool {
    if halfOpen.contains(index), connections[index].state != .synReceived { endHandshake(index) }
    if connections[index].state == .closed { return retire(index) }
    if connections[index].state == .timeWait {
      // Everything that was sent is acknowledged.
      pool.free(&connections[index].sendBuffer)
      if connections[index].isOrphan { ending.push(index) }
    }
    return true
  }

  /// The connection is closed: it leaves the table. False when its place was freed.
  private mutating func retire(_ index: Int) -> Bool {
    if connections[index].isListed {
      flows.remove(index, connections[index].hash)
      connections[index].isListed = false
      ending.remove(index)
      pool.free(&connections[index].sendBuffer)
      connections[index].sndEnd = connections[index].sndUna
    }
    // A last word may still have to be said, and an owner may still want to know why.
    guard !connections[index].resetPending,
      connections[index].isOrphan || connections[index].listener >= 0
    else { return true }
    free(index)
    return false
  }

  private mutating func free(_ index: Int) {
    if connections[index].listener >= 0 { leaveListener(index) }
    pool.free(&connections[index].receiveBuffer)
    pool.free(&connections[index].sendBuffer)
    timers.remove(index)
    neighbours.leave(index)
    let generation = connections[index].generation &+ 1
    connections[index] = Connection()
    connections[index].generation = generation
    freeConnections.push(index)
  }
}
