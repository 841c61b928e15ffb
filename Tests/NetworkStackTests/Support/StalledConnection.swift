// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time
import Wire

@testable import NetworkStack

extension NetworkStack {
  /// A connection that has stalled, after a `poll` that was not blocked: it has something to send,
  /// but neither a timer nor a neighbour's answer will wake it. Nil if there is none.
  mutating func stalledConnection() -> String? {
    let next = nextDeadline
    for index in 0..<connections.count where connections[index].isUsed {
      var connection = connections[index]
      let deadline = connection.deadline
      guard next <= deadline else { return "connection \(index) is woken too late" }
      guard deadline == .never, connection.hasWork else { continue }
      guard neighbours.isWaiting(index), neighbours.deadline < .never || neighbours.hasRequests
      else { return "connection \(index), \(connection.state), waits for nothing" }
    }
    return nil
  }
}

extension Connection {
  fileprivate var hasWork: Bool {
    switch state {
    case .synSent, .synReceived: true
    case _ where state.canSend: sndUna < sndEnd || (finQueued && !isFinAcknowledged)
    default: false
    }
  }
}
