// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Streams
import Testing
import Time

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }
func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// A connection with a clock, driven by a test. Each step checks the connection's invariants.
final class TestConnection {
  let machine: ServerConnection
  var now = Instant.start + .seconds(1)
  var pending: [UInt8] = []
  var sent: [UInt8] = []

  init(_ limits: Limits = Limits()) { machine = ServerConnection(limits, now: now) }

  /// Offers bytes. `next` and `readBody` offer again what the connection did not take.
  func receive(_ text: String) { receive(bytes(text)) }
  func receive(_ bytes: [UInt8]) {
    pending += bytes
    offer()
  }

  private func offer() {
    let count = machine.receive(pending.span, now: now)
    pending.removeFirst(count)
    check()
  }

  func next() -> RequestHead? {
    while true {
      let head = machine.nextRequest(now: now)
      check()
      if let head { return head }
      let before = pending.count
      offer()
      if pending.count == before { return nil }
    }
  }

  private func check() { #expect(machine.checkInvariants() == nil) }

  /// Sends all output; returns it.
  func flush() -> String {
    let output = machine.withOutput { [UInt8](copying: $0) }
    machine.sent(output.count, now: now)
    check()
    sent += output
    return text(output)
  }

  func readBody() -> (body: [UInt8], progress: ServerConnection.BodyProgress) {
    var body: [UInt8] = []
    while true {
      let progress = machine.readBody(now: now) { body.append(copying: $0) }
      check()
      let before = pending.count
      offer()
      if progress != .waiting || pending.count == before { return (body, progress) }
    }
  }

  func write(_ data: [UInt8], now: Instant? = nil) -> Int {
    let count = machine.write(data.span, now: now ?? self.now)
    check()
    return count
  }

  /// The peer has read `count` bytes.
  func wasRead(_ count: Int) {
    machine.sent(count, now: now)
    check()
  }

  func timePassed(now: Instant) {
    machine.timePassed(now: now)
    check()
  }

  func peerEnded() {
    machine.peerEnded(now: now)
    check()
  }

  func answer(_ body: String = "", status: Status = .ok) {
    machine.respond(ResponseHead(status, length: .known(UInt64(body.utf8.count))), now: now)
    _ = machine.write(bytes(body).span, now: now)
    machine.finish(now: now)
    check()
  }
}

/// Sends a request on a connection of `server`; returns everything it answers.
func exchange(_ server: inout HTTPServer, _ id: Int, _ request: String) -> String {
  _ = server.receive(id, bytes(request).span, now: .start)
  return flush(&server, id)
}

/// Sends all output of a connection, and what follows it; returns the bytes.
func flush(_ server: inout HTTPServer, _ id: Int) -> String {
  var all: [UInt8] = []
  while server.send(
    id, now: .start,
    through: {
      all.append(copying: $0)
      return $0.count
    })
  {
    #expect(server.checkInvariants() == nil)
  }
  #expect(server.checkInvariants() == nil)
  return text(all)
}
