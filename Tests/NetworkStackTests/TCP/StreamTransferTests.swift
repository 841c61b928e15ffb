// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import TestSupport
import Testing
import Time
import Wire

/// A transfer between two stacks: each side reads what the other has sent.
final class Transfer {
  let link: Link
  let listener: TCPListener
  let client: TCPConnection
  var server: TCPConnection?
  let toServer: [UInt8]
  let toClient: [UInt8]
  var written = (0, 0)
  var readByServer: [UInt8] = []
  var readByClient: [UInt8] = []
  var ended = (false, false)
  var failed = false

  init(
    _ link: Link, toServer: [UInt8], toClient: [UInt8], settings: TCPSettings = TCPSettings()
  ) throws {
    self.link = link
    self.toServer = toServer
    self.toClient = toClient
    listener = try link.right.stack.listen(port: 80, settings: settings)
    client = try link.left.stack.connect(
      to: Endpoint(IPv4Address(10, 0, 0, 2), 80), settings: settings, now: link.now)
  }

  func step() {
    if server == nil { server = link.right.accept(listener) }
    takeDeliveries()
    pump(link.left, client, toServer, &written.0)
    readByClient += link.left.readAll(client)
    if let server {
      pump(link.right, server, toClient, &written.1)
      readByServer += link.right.readAll(server)
      if link.right.failure(of: server) != nil { failed = true }
    }
    if link.left.failure(of: client) != nil { failed = true }
    ended.0 = isAtEnd(link.left, client)
    if let server { ended.1 = isAtEnd(link.right, server) }
  }

  private func takeDeliveries() {
    for (_, bytes) in link.left.deliveries { readByClient += bytes }
    for (_, bytes) in link.right.deliveries { readByServer += bytes }
    link.left.deliveries = []
    link.right.deliveries = []
  }

  private func isAtEnd(_ host: Host, _ connection: TCPConnection) -> Bool {
    let outcome = host.outcome(connection)
    return outcome == .end
  }

  private func pump(
    _ host: Host, _ connection: TCPConnection, _ bytes: [UInt8], _ written: inout Int
  ) {
    while written < bytes.count {
      let part = Array(bytes[written..<min(bytes.count, written + 5000)])
      guard let count = host.write(part, to: connection), count > 0 else { return }
      written += count
    }
    host.stack.finishSending(connection)
  }

  var failures: String {
    let client = link.left.failure(of: client).map { "\($0)" } ?? "none"
    let server = server.flatMap { link.right.failure(of: $0) }.map { "\($0)" } ?? "none"
    return "client's failure \(client), server's \(server)"
  }

  var isDone: Bool { failed || (ended.0 && ended.1) }

  /// Whether exactly the sent bytes arrived.
  var isIntact: Bool { readByServer == toServer && readByClient == toClient }
}

@Suite struct StreamTransferTests {
  func link(_ seed: UInt64 = 1) -> Link {
    Link(
      Host(),
      Host(IPv4Address(10, 0, 0, 2), hardware: MACAddress(2, 0, 0, 0, 0, 2)), seed: seed)
  }

  @Test func cleanLink() throws {
    let link = link()
    var random = SeededGenerator(seed: 7)
    let transfer = try Transfer(
      link, toServer: random.bytes(200_000), toClient: random.bytes(100_000))
    #expect(link.run(.seconds(60), step: transfer.step) { transfer.isDone })
    #expect(transfer.isIntact && !transfer.failed)
  }

  /// Every byte arrives, whatever the link does to frames, or the connection fails; none of these
  /// links is bad enough for that.
  @Test(arguments: [
    (0, 0, 0, 0), (50, 0, 0, 0), (0, 100, 0, 0), (0, 0, 300, 0), (0, 0, 0, 50), (20, 20, 100, 20),
    (100, 50, 50, 30),
  ])
  func badLink(loss: Int, repetition: Int, reordering: Int, corruption: Int) throws {
    for seed in 1...UInt64(fuzzIterations(4)) {
      for isDirect in [false, true] {
        let link = link(seed)
        link.loss = loss
        link.repetition = repetition
        link.reordering = reordering
        link.corruption = corruption
        var random = SeededGenerator(seed: seed ^ 0xabc)
        link.delay = .milliseconds(UInt64(random.below(50)))
        var settings = TCPSettings()
        settings.isDirect = isDirect
        settings.receiveByteCount = 4096 << random.below(6)
        settings.sendByteCount = 4096 << random.below(6)
        settings.isImmediate = random.chance(500)
        link.left.takes = random.chance(500) ? Int.max : 700
        link.right.takes = link.left.takes
        let transfer = try Transfer(
          link, toServer: random.bytes(random.below(150_000)),
          toClient: random.bytes(random.below(150_000)), settings: settings)
        let isDone = link.run(.seconds(3600), step: transfer.step) { transfer.isDone }
        // Three successive ARP requests may remain unanswered.
        if transfer.readByServer.isEmpty,
          link.left.failure(of: transfer.client) == .unreachable
        {
          continue
        }
        guard isDone, transfer.isIntact, !transfer.failed else {
          Issue.record(
            """
            seed \(seed), direct \(isDirect): done \(isDone), failed \(transfer.failed), \
            server \(transfer.readByServer.count)/\(transfer.toServer.count), \
            client \(transfer.readByClient.count)/\(transfer.toClient.count), \(transfer.failures) \
            at \(link.now.nanoseconds / 1_000_000) ms
            """)
          return
        }
      }
    }
  }
}
