// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing
import Wire

@testable import NetworkStack

/// `checkInvariants` finds each kind of damage, and none in a healthy stack.
@Suite struct InvariantTests {
  private typealias Damage = (inout NetworkStack, Int) -> Void

  private let damages: [(String, Damage)] = [
    ("sndNxt", { $0.connections[$1].sndNxt = $0.connections[$1].sndMax + 1 }),
    ("sndMax", { $0.connections[$1].sndMax = $0.connections[$1].sndEnd + 1 }),
    ("sndEnd", { $0.connections[$1].sndEnd = $0.connections[$1].sndEnd + 100_000 }),
    ("rcvRead", { $0.connections[$1].rcvRead = $0.connections[$1].rcvNxt + 1 }),
    ("rcvEdge", { $0.connections[$1].rcvEdge = $0.connections[$1].rcvNxt - 1 }),
    (
      "outOfOrder",
      { stack, index in
        let next = stack.connections[index].rcvNxt
        _ = stack.connections[index].outOfOrder.insert(SequenceRange(next, next + 1))
      }
    ),
    (
      "scoreboard",
      { stack, index in
        let highest = stack.connections[index].sndMax
        _ = stack.connections[index].scoreboard.insert(SequenceRange(highest, highest + 1))
      }
    ),
    ("a closed connection in the table", { $0.connections[$1].state = .closed }),
    ("no entry in the table", { $0.flows.remove($1, $0.connections[$1].hash) }),
    ("half open", { $0.halfOpen.push($1) }),
    ("ending", { $0.ending.push($1) }),
    ("free", { $0.freeConnections.push($1) }),
    ("no timer", { $0.timers.remove($1) }),
    ("an event", { $0.connections[$1].raise(.readable) }),
    ("accept queue", { stack, _ in stack.listeners[0].waiting += 1 }),
    ("listener", { $0.connections[$1].listener = 0 }),
    (
      "a block freed twice",
      { stack, index in
        var block = stack.connections[index].sendBuffer
        stack.pool.free(&block)
      }
    ),
    ("a block lost", { $0.connections[$1].receiveBuffer = Block() }),
  ]

  @Test func damageIsFound() throws {
    for (name, damage) in damages {
      let host = Host()
      let listener = try host.stack.listen(port: 7)
      let peer = Peer(host)
      let connection = try #require(peer.open(listener, options: .segment(1000, selective: true)))
      // Two segments in flight, whose timer runs.
      _ = host.write([UInt8](repeating: 0, count: 2000), to: connection)
      host.poll()
      #expect(host.fault == nil, "before \(name)")
      damage(&host.stack, Int(connection.index))
      let fault = host.stack.checkInvariants()
      #expect(fault != nil, "\(name)")
    }
  }
}
