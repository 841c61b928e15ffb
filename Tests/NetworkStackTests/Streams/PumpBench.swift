// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import StreamTestSupport
import Streams
import TCPStreams
import Time
import Wire

/// A server behind its pump on the right of a link, and its peers on the left, in virtual time.
final class PumpBench<Server: StreamServer> {
  let link: Link
  var server: Server
  private var pump: TCPServerPump
  private var listener: TCPListener
  /// The size of the peers' buffers.
  var settings = TCPSettings()

  var peers: Host { link.left }
  private var host: Host { link.right }

  /// - Parameter streamLimit: of the pump.
  init(
    _ server: Server, streamLimit: Int = 8, isDirect: Bool = true, sendByteCount: Int = 4096,
    receiveByteCount: Int = 4096
  ) throws {
    self.server = server
    link = Link(
      Host(IPv4Address(10, 0, 0, 1), hardware: MACAddress(2, 0, 0, 0, 0, 1)),
      Host(IPv4Address(10, 0, 0, 2), hardware: MACAddress(2, 0, 0, 0, 0, 2)))
    pump = TCPServerPump(streamLimit: streamLimit)
    var settings = TCPSettings()
    settings.sendByteCount = sendByteCount
    settings.receiveByteCount = receiveByteCount
    settings.isDirect = isDirect
    settings.isImmediate = true
    listener = try link.right.stack.listen(port: 80, settings: settings)
    host.taker = { [unowned self] connection, tag, bytes in
      pump.receive(
        bytes.span.bytes, from: connection, tag: tag, &self.server, &host.stack, now: host.now)
    }
  }

  func connect() throws -> TCPConnection {
    let connection = try peers.connect(
      to: Endpoint(IPv4Address(10, 0, 0, 2), 80), settings: settings)
    run(.milliseconds(100))
    return connection
  }

  /// What a protection domain does in a turn.
  private func turn() {
    for event in host.events {
      switch event.socket {
      case .listener(let listener):
        pump.accept(from: listener, &server, &host.stack, now: host.now)
      case .connection(let connection):
        pump.handle(connection, tag: event.tag, &server, &host.stack, now: host.now)
      case .datagrams, .lookup, .address, .addressConflict: break
      }
    }
    host.events = []
    if host.now >= server.deadline { server.timePassed(now: host.now) }
    pump.serveChanged(&server, &host.stack, now: host.now)
  }

  /// Runs the link for some time, with a turn after each event.
  func run(_ interval: Interval, step: () -> Void = {}) {
    let end = link.now + interval
    while link.now < end {
      let next = max(server.deadline, link.now + Interval(nanoseconds: 1))
      let rest = min(next, end) - link.now
      link.run(
        rest,
        step: {
          turn()
          step()
        })
    }
    turn()
  }

  /// Sends all bytes, and reads what comes back on all connections in `reading`, until nothing has come for a second.
  func exchange(
    _ bytes: [UInt8], _ connection: TCPConnection, ends: Bool = false
  ) -> [UInt8] {
    var rest = bytes[...]
    var answer: [UInt8] = []
    var idle = 0
    var hasEnded = false
    while idle < 10 {
      let before = (answer.count, rest.count)
      run(.milliseconds(100)) {
        if !rest.isEmpty, let count = self.peers.write(Array(rest.prefix(2000)), to: connection) {
          rest = rest.dropFirst(count)
        }
        if rest.isEmpty, ends, !hasEnded {
          hasEnded = true
          self.peers.stack.finishSending(connection)
        }
        answer += self.peers.readAll(connection)
      }
      idle = before == (answer.count, rest.count) ? idle + 1 : 0
    }
    return answer
  }
}
