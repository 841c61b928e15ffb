// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }
func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// A connection with a clock, as a test drives it.
final class TestConnection {
  var machine: ServerConnection
  var now: UInt64 = 1_000_000_000
  var pending: [UInt8] = []
  var sent: [UInt8] = []

  init(_ limits: Limits = Limits()) { machine = ServerConnection(limits, now: now) }

  /// Offers bytes; what is not taken is offered again by `next`.
  func receive(_ text: String) { receive(bytes(text)) }
  func receive(_ bytes: [UInt8]) {
    pending += bytes
    offer()
  }

  private func offer() {
    let count = machine.receive(pending.span, now: now)
    pending.removeFirst(count)
  }

  func next() -> RequestHead? {
    while true {
      if let head = machine.nextRequest(now: now) { return head }
      let before = pending.count
      offer()
      if pending.count == before { return nil }
    }
  }

  /// Everything that is to be sent, sent.
  func flush() -> String {
    let output = machine.withOutput { [UInt8](copying: $0) }
    machine.sent(output.count, now: now)
    sent += output
    return text(output)
  }

  func readBody() -> (body: [UInt8], progress: ServerConnection.BodyProgress) {
    var body: [UInt8] = []
    while true {
      let progress = machine.readBody(now: now) { body.append(copying: $0) }
      let before = pending.count
      offer()
      if progress != .waiting || pending.count == before { return (body, progress) }
    }
  }

  func write(_ data: [UInt8], now: UInt64? = nil) -> Int {
    machine.write(data.span, now: now ?? self.now)
  }

  func answer(_ body: String = "", status: Status = .ok) {
    machine.respond(ResponseHead(status, length: .known(UInt64(body.utf8.count))), now: now)
    _ = machine.write(bytes(body).span, now: now)
    machine.finish(now: now)
  }
}
