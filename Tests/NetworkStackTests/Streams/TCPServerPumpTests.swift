// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import StreamTestSupport
import Streams
import TCPStreams
import Testing
import Time
import Wire

@testable import NetworkStack

@Suite struct TCPServerPumpTests {
  private func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  }

  /// Everything comes back, however little the endpoint takes and holds, and both directions end.
  @Test(arguments: [1, 7, .max] as [Int], [true, false])
  func echo(_ appetite: Int, _ isDirect: Bool) throws {
    var server = EchoServer()
    (server.appetite, server.outputLimit) = (appetite, appetite == 1 ? 3 : 4096)
    let bench = try PumpBench(server, isDirect: isDirect)
    let connection = try bench.connect()
    let sent = pattern(appetite == .max ? 20_000 : 3000)
    #expect(bench.exchange(sent, connection, ends: true) == sent)
    #expect(bench.peers.outcome(connection) == .end)
    #expect(bench.server.faults == [] && bench.server.closedStreams == [0])
  }

  /// An endpoint that takes nothing: the peer's window closes, and nothing is lost.
  @Test(arguments: [true, false]) func nothingIsTaken(_ isDirect: Bool) throws {
    var server = EchoServer()
    server.appetite = 0
    let bench = try PumpBench(server, isDirect: isDirect)
    let connection = try bench.connect()
    #expect(bench.exchange(pattern(9000), connection, ends: true) == [])
    let stream = try #require(bench.server.streams[0])
    #expect(stream.received.isEmpty && !stream.hasEnded)
    bench.server.appetite = .max
    // An event of the connection, or output that was sent, offers the bytes again.
    bench.server.setDeadline(bench.link.now, of: 0)
    let answer = bench.exchange([], connection)
    #expect(answer == [0x21] + pattern(9000))
    #expect(bench.server.faults == [] && bench.server.closedStreams == [0])
  }

  /// A loan of more than the send buffer holds, behind output.
  @Test func loans() throws {
    let bench = try PumpBench(EchoServer())
    let connection = try bench.connect()
    bench.server.lent[0] = pattern(50_000)
    #expect(bench.exchange([1, 2, 3], connection) == [1, 2, 3] + pattern(50_000))
    #expect(bench.server.faults == [])
  }

  @Test func resetByPeer() throws {
    let bench = try PumpBench(EchoServer())
    let connection = try bench.connect()
    #expect(bench.exchange([1, 2], connection) == [1, 2])
    bench.peers.stack.abort(connection)
    bench.run(.milliseconds(100))
    #expect(bench.server.closedStreams == [0] && bench.server.streams.isEmpty)
    let other = try bench.connect()
    #expect(bench.exchange([3], other) == [3])
    #expect(bench.server.faults == [])
  }

  @Test func disposals() throws {
    let bench = try PumpBench(EchoServer())
    let (reset, ending) = (try bench.connect(), try bench.connect())
    bench.server.dispose(0, .reset)
    bench.server.dispose(1, .endOutput)
    bench.server.wake(77, now: bench.link.now)
    bench.server.wake(-1, now: bench.link.now)
    bench.run(.milliseconds(100))
    #expect(bench.peers.failure(of: reset) == .reset && bench.server.closedStreams == [0])
    #expect(bench.peers.outcome(ending) == .end)
    // The other direction is open still.
    _ = bench.exchange([5, 6], ending)
    #expect(bench.server.streams[1]?.received == [5, 6])
    bench.server.dispose(1, .close)
    bench.run(.milliseconds(100))
    #expect(bench.server.closedStreams == [0, 1] && bench.server.faults == [])
  }

  /// One peer never reads; the others get everything meanwhile, and as fast as before.
  @Test func oneNeverReads() throws {
    var server = EchoServer()
    server.outputLimit = 1 << 16
    let bench = try PumpBench(server)
    bench.settings.receiveByteCount = 4096
    let lazy = try bench.connect()
    var written = 0
    for _ in 0..<50 {
      bench.run(.milliseconds(100)) {
        written += bench.peers.write(pattern(2000), to: lazy) ?? 0
      }
    }
    let held = try #require(bench.server.streams[0]).received.count
    #expect(held <= 4096 + 4096 + server.outputLimit, "window, send buffer and output")
    for stream in 1...3 {
      let other = try bench.connect()
      let sent = pattern(30_000)
      let began = bench.link.now
      #expect(bench.exchange(sent, other) == sent)
      // A second without news ends the exchange.
      #expect(bench.link.now - began < .seconds(3), "stream \(stream)")
    }
    #expect(bench.server.streams[0]?.received.count == held && bench.server.faults == [])
  }

  @Test func deadlines() throws {
    let bench = try PumpBench(EchoServer())
    let connections = [try bench.connect(), try bench.connect()]
    let now = bench.link.now
    bench.server.setDeadline(now + .milliseconds(400), of: 0)
    bench.server.setDeadline(now + .milliseconds(200), of: 1)
    bench.run(.seconds(1))
    #expect(bench.server.passed.map(\.stream) == [1, 0])
    #expect(bench.server.passed[0].now >= now + .milliseconds(200))
    #expect(bench.server.passed[1].now >= now + .milliseconds(400))
    for connection in connections { #expect(bench.peers.readAll(connection) == [0x21]) }
    #expect(bench.server.faults == [])
  }

  /// HTTP behind a layer of records, as it would be behind TLS.
  @Test(arguments: [true, false]) func wrapped(_ isDirect: Bool) throws {
    var router = Router()
    router.get("/big") { _ in .respond(Response(.ok, type: "text/plain", body: pattern(50_000))) }
    let bench = try PumpBench(WrappedServer(HTTPServer(router)), isDirect: isDirect)
    let connection = try bench.connect()
    var (sending, receiving) = (RecordCode(), RecordCode())
    let fields = "HTTP/1.1\r\nHost: a\r\n"
    let requests =
      "GET /big \(fields)\r\nGET /none \(fields)\r\nGET /big \(fields)Connection: close\r\n\r\n"
    let bytes = RecordCode.greeting + sending.records([UInt8](requests.utf8))
    let opened = receiving.open(bench.exchange(bytes, connection))
    let answer = try #require(opened)
    #expect(answer.isEnded && answer.content.count > 100_000)
    #expect(answer.content.suffix(50_000) == pattern(50_000)[...])
    #expect(bench.peers.outcome(connection) == .end)
    // The peer does not end its direction.
    bench.run(Interval(nanoseconds: 2 * Limits().lingerTime.nanoseconds))
    #expect(bench.server.inner.connectionCount == 0)
  }

  /// Peers for which the endpoint, or the pump, has no stream.
  @Test func busy() throws {
    let bench = try PumpBench(EchoServer(limit: 2), streamLimit: 1)
    _ = try bench.connect()
    let second = try bench.connect()
    #expect(bench.peers.failure(of: second) == .reset, "the pump has one place")
    #expect(bench.server.closedStreams == [1])
    let full = try PumpBench(EchoServer(limit: 1))
    _ = try full.connect()
    let other = try full.connect()
    #expect(full.exchange([1, 2, 3], other, ends: true) == [UInt8](EchoServer.busyAnswer))
    #expect(full.peers.outcome(other) == .end && full.server.closedStreams == [])
  }
}
