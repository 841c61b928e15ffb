// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import StreamTestSupport
import Streams
import TCPStreams
import Testing
import Time
import Wire

@testable import NetworkStack

/// A client that asks to be connected, counts what happens, and sends what a test gives it.
private struct CountingClient: StreamClient {
  var actions: [StreamAction] = []
  var output: [UInt8] = []
  var received: [UInt8] = []
  var appetite = Int.max
  var isBroken = false
  private(set) var connections = 0
  private(set) var losses = 0

  mutating func nextAction(now: Instant) -> StreamAction? {
    actions.isEmpty ? nil : actions.removeFirst()
  }
  mutating func connected(now: Instant) { connections += 1 }
  mutating func disconnected(now: Instant) { losses += 1 }
  mutating func receive(_ bytes: Span<UInt8>, now: Instant) -> Int {
    let count = min(appetite, bytes.count)
    for index in 0..<count { received.append(bytes[index]) }
    return count
  }
  var outputCount: Int { output.count }
  func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result { body(output.span) }
  mutating func sent(_ count: Int) { output.removeFirst(count) }
  func disposal(_ stream: Int) -> StreamDisposal { isBroken ? .reset : .stayOpen }
  var deadline: Instant { .never }
  mutating func timePassed(now: Instant) {}
}

@Suite struct TCPClientPumpTests {
  /// A client on the left of a link, and an echo server's pump on the right.
  private final class Bench {
    let server: PumpBench<EchoServer>
    var client = CountingClient()
    private var pump: TCPClientPump
    private var host: Host { server.peers }

    init() throws {
      server = try PumpBench(EchoServer())
      var settings = TCPSettings()
      settings.isDirect = true
      settings.receiveByteCount = 4096
      pump = TCPClientPump(settings)
      host.taker = { [unowned self] connection, _, bytes in
        pump.receive(bytes.span.bytes, from: connection, &client, now: host.now)
      }
    }

    func run(at server: IPv4Address? = IPv4Address(10, 0, 0, 2)) {
      for _ in 0..<20 {
        self.server.run(.milliseconds(100)) {
          for event in host.events {
            guard case .connection(let connection) = event.socket else { continue }
            pump.handle(connection, event.readiness, &client, &host.stack, now: host.now)
          }
          host.events = []
          pump.serve(&client, at: server.map { .v4($0) }, &host.stack, now: host.now)
        }
      }
    }
  }

  @Test func connectsAndSends() throws {
    let bench = try Bench()
    bench.client.actions = [.connect(port: 80, localPort: 700)]
    bench.client.output = [UInt8](repeating: 7, count: 30_000)
    bench.run()
    #expect(bench.client.connections == 1 && bench.client.losses == 0)
    #expect(bench.client.received.count == 30_000 && bench.client.output.isEmpty)
    // Another connection, in place of the first.
    bench.client.actions = [.disconnect, .connect(port: 80, localPort: 0)]
    bench.client.output = [1]
    bench.run()
    #expect(bench.client.connections == 2 && bench.client.losses == 0)
    #expect(bench.server.server.closedStreams == [0] && bench.client.received.count == 30_001)
    // A malformed stream.
    bench.client.isBroken = true
    bench.run()
    #expect(bench.client.losses == 1 && bench.server.server.closedStreams == [0, 0])
  }

  /// No server's address, a port without a listener, and a server that ends the stream.
  @Test func losses() throws {
    let bench = try Bench()
    bench.client.actions = [.connect(port: 80, localPort: 0)]
    bench.run(at: nil)
    #expect(bench.client.losses == 1)
    bench.client.actions = [.connect(port: 81, localPort: 0)]
    bench.run()
    #expect(bench.client.losses == 2 && bench.client.connections == 0)
    bench.client.actions = [.connect(port: 80, localPort: 0)]
    bench.run()
    bench.server.server.dispose(0, .close)
    bench.run()
    #expect(bench.client.losses == 3 && bench.client.connections == 1)
  }

  /// A client that takes a byte at a time, as long as it has something to send.
  @Test func partialReceive() throws {
    let bench = try Bench()
    bench.client.actions = [.connect(port: 80, localPort: 0)]
    bench.client.appetite = 1
    bench.client.output = [1, 2, 3, 4, 5]
    bench.run()
    bench.client.output = [6]
    bench.run()
    #expect(bench.client.received == [1, 2, 3, 4, 5, 6])
  }
}
