// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

@testable import NetworkStack

extension NetworkStack {
  /// What is wrong with the stack after a `poll` that was not blocked; nil if nothing is.
  mutating func fault() -> String? {
    var (handshakes, ended) = (0, 0)
    let next = nextDeadline
    for index in 0..<connections.count where connections[index].isUsed {
      let connection = connections[index]
      let isHalfOpen = connection.state == .synReceived && !connection.isActive
      let isEnding = connection.state == .timeWait && connection.isOrphan
      if isHalfOpen { handshakes += 1 }
      if isEnding { ended += 1 }
      guard halfOpen.contains(index) == isHalfOpen, ending.contains(index) == isEnding else {
        return "connection \(index), \(connection.state), is in the wrong queue"
      }
      if let fault = stall(index, connection, next) { return fault }
    }
    guard halfOpen.count == handshakes, ending.count == ended else {
      return "\(halfOpen.count) half open, not \(handshakes); \(ending.count) ending, not \(ended)"
    }
    return nil
  }

  /// A connection that has something to send is woken by a timer or a neighbour's answer.
  private func stall(_ index: Int, _ connection: Connection, _ next: Instant) -> String? {
    var connection = connection
    let deadline = connection.deadline
    guard next <= deadline else { return "connection \(index) is woken too late" }
    let hasWork: Bool
    switch connection.state {
    case .synSent, .synReceived: hasWork = true
    case _ where connection.state.canSend:
      hasWork =
        connection.sndUna < connection.sndEnd
        || (connection.finQueued && !connection.isFinAcknowledged)
    default: hasWork = false
    }
    guard hasWork, deadline == .never else { return nil }
    guard neighbours.isWaiting(index), neighbours.deadline < .never || neighbours.hasRequests else {
      return "connection \(index), \(connection.state), waits for nothing"
    }
    return nil
  }
}
