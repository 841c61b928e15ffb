// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

// What a changed connection needs next: a place in the queues for sending and for events, or the
// return of its slot.
extension NetworkStack {
  /// Schedules a connection that has changed: queues its events and its turn to send, and frees it
  /// when it has ended. Its timer is set once it has sent what it can, since the next segment often
  /// makes a deadline obsolete.
  @inline(__always)
  mutating func schedule(_ index: Int) {
    let state = connections[index].state
    if halfOpen.contains(index) || state == .closed || state == .timeWait, !updateQueues(index) {
      return
    }
    if connections[index].events.rawValue != 0 { events.push(index) }
    // A closed connection can only send a reset.
    if state != .closed || connections[index].resetPending { sendQueue.push(index) }
  }

  /// Moves a connection whose handshake or life may be over between the queues. False if its slot
  /// was freed.
  @inline(never)
  private mutating func updateQueues(_ index: Int) -> Bool {
    if halfOpen.contains(index), connections[index].state != .synReceived { endHandshake(index) }
    if connections[index].state == .closed { return retire(index) }
    if connections[index].state == .timeWait {
      // The peer has acknowledged everything that was sent.
      pool.free(&connections[index].sendBuffer)
      if connections[index].isOrphan { ending.push(index) }
    }
    return true
  }

  /// Removes a closed connection from the table. False if its slot was freed.
  private mutating func retire(_ index: Int) -> Bool {
    if connections[index].isListed {
      flows.remove(index, connections[index].hash)
      connections[index].isListed = false
      ending.remove(index)
      pool.free(&connections[index].sendBuffer)
      connections[index].sndEnd = connections[index].sndUna
    }
    // A reset may still have to be sent, and an owner may still ask for the reason.
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
    changedFlows.push(index)
  }
}
