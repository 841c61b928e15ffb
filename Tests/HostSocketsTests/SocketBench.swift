// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import StreamTestSupport
import Streams
import Testing
import Time

@testable import HostSockets

/// A server behind its pump, and raw sockets as its peers, all on one thread.
final class SocketBench<Server: StreamServer> {
  var server: Server
  private var pump: SocketServerPump
  private var buffer = [UInt8](repeating: 0, count: 4096)

  init(_ server: Server) throws {
    self.server = server
    pump = try SocketServerPump()
  }

  var streamCount: Int { pump.streamCount }

  func connect() throws -> Socket {
    let port = pump.port
    return try #require(Socket.connecting(to: .init(0x7f00_0001), port, from: nil))
  }

  /// One turn, which waits for 5 ms at most.
  func turn() {
    var poll = PollSet()
    pump.prepare(&poll, &server, now: HostClock.now)
    poll.wait(until: min(pump.deadline(server), HostClock.now + .milliseconds(5)))
    pump.act(poll, &server, now: HostClock.now)
  }

  func turns(_ count: Int) { for _ in 0..<count { turn() } }

  /// Sends all bytes, with turns in between.
  func send(_ bytes: [UInt8], _ socket: Socket) throws {
    var rest = bytes
    for _ in 0..<2000 where !rest.isEmpty {
      let count = socket.send(rest.span)
      rest.removeFirst(try #require(count))
      turn()
    }
    #expect(rest.isEmpty)
  }

  /// What can be read until the peer ends, or nothing has come for `patience` turns; nil after a reset.
  func read(
    _ socket: Socket, upTo limit: Int = .max, patience: Int = 40
  ) -> (bytes: [UInt8], hasEnded: Bool)? {
    var bytes: [UInt8] = []
    var idle = 0
    while idle < patience, bytes.count < limit {
      turn()
      switch socket.receive(into: &buffer) {
      case .bytes(let count):
        bytes += buffer[..<count]
        idle = 0
      case .nothingYet: idle += 1
      case .end: return (bytes, true)
      case .failed: return nil
      }
    }
    return (bytes, false)
  }
}

func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}
