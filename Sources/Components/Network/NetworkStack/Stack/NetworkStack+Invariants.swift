// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

#if !hasFeature(Embedded)
  extension NetworkStack {
    /// What is wrong with the stack's state between two calls of its owner; nil if nothing is. For
    /// tests: it reads everything.
    func checkInvariants() -> String? {
      checkConnections() ?? checkQueues() ?? checkListeners() ?? checkTimers() ?? checkMemory()
        ?? neighbours.checkInvariants()
    }

    private func checkConnections() -> String? {
      var hashes: [Int: UInt32] = [:]
      for index in 0..<connections.count where connections[index].isUsed {
        let connection = connections[index]
        if connection.isListed { hashes[index] = connection.hash }
        guard connection.isListed == (connection.state != .closed) else {
          return "connection \(index), \(connection.state), listed: \(connection.isListed)"
        }
        guard connection.hash == flowHash(connection.local, connection.remote) else {
          return "connection \(index) has another flow's hash"
        }
        if let fault = connection.checkInvariants() {
          return "connection \(index), \(connection.state): \(fault)"
        }
      }
      return flows.checkInvariants(hashes).map { "connections: \($0)" }
    }

    private func checkQueues() -> String? {
      guard freeConnections.checkedIndices() != nil, halfOpen.checkedIndices() != nil,
        ending.checkedIndices() != nil, sendQueue.checkedIndices() != nil,
        events.checkedIndices() != nil
      else { return "a queue has wrong links" }
      guard halfOpen.count <= max(configuration.halfOpenLimit, 1) else {
        return "\(halfOpen.count) half-open connections"
      }
      for index in 0..<connections.count {
        guard connections[index].isUsed else {
          guard freeConnections.contains(index), !halfOpen.contains(index),
            !ending.contains(index), !neighbours.isWaiting(index)
          else { return "slot \(index) is free, but not in the free queue alone" }
          continue
        }
        let connection = connections[index]
        let isHalfOpen = connection.state == .synReceived && !connection.isActive
        let isEnding = connection.state == .timeWait && connection.isOrphan
        guard !freeConnections.contains(index), halfOpen.contains(index) == isHalfOpen,
          ending.contains(index) == isEnding
        else { return "connection \(index), \(connection.state), is in the wrong queue" }
        guard
          connection.events.rawValue == 0 || connection.isOrphan || connection.listener >= 0
            || events.contains(index)
        else { return "connection \(index) has an event that is not queued" }
        guard !connection.resetPending || sendQueue.contains(index) || neighbours.isWaiting(index)
        else { return "connection \(index) does not send its reset" }
      }
      return nil
    }

    private func checkListeners() -> String? {
      var accepted: Set<Int> = []
      for listener in 0..<listeners.count {
        var current = Int(listeners[listener].head)
        var last = -1
        var count = 0
        while current >= 0 {
          guard accepted.insert(current).inserted, connections[current].isUsed,
            Int(connections[current].listener) == listener
          else { return "connection \(current) is wrongly in listener \(listener)'s queue" }
          (last, current) = (current, Int(acceptNext[current]))
          count += 1
        }
        guard Int(listeners[listener].tail) == last, listeners[listener].waiting == count else {
          return "listener \(listener) counts \(listeners[listener].waiting), not \(count)"
        }
      }
      for index in 0..<connections.count
      where connections[index].isUsed && connections[index].listener >= 0 {
        guard halfOpen.contains(index) != accepted.contains(index) else {
          return "connection \(index), \(connections[index].state), cannot be accepted"
        }
      }
      return nil
    }

    private func checkTimers() -> String? {
      if let fault = timers.checkInvariants() { return fault }
      for index in 0..<connections.count {
        let moment = timers.moment(of: index)
        guard connections[index].isUsed else {
          if moment != .never { return "free slot \(index) has a timer" }
          continue
        }
        var connection = connections[index]
        // A connection that has its turn to send sets its timer then.
        guard moment <= connection.deadline || sendQueue.contains(index) else {
          return "connection \(index), \(connection.state), is woken too late"
        }
      }
      return nil
    }

    private func checkMemory() -> String? {
      var lent: [Block] = []
      for index in 0..<connections.count where connections[index].isUsed {
        lent.append(connections[index].receiveBuffer)
        lent.append(connections[index].sendBuffer)
      }
      var hashes: [Int: UInt32] = [:]
      for index in 0..<datagramSockets.count where datagramSockets[index].isOpen {
        lent.append(datagramSockets[index].queue)
        hashes[index] = UInt32(datagramSockets[index].port)
      }
      return pool.checkInvariants(lent: lent)
        ?? ports.checkInvariants(hashes).map { "UDP ports: \($0)" }
    }
  }
#endif
