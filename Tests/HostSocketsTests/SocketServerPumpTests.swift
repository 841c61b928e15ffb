// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import StreamTestSupport
import Streams
import Testing
import Time

@testable import HostSockets

@Suite(.serialized) struct SocketServerPumpTests {
  /// Everything comes back, however little the endpoint takes and holds, and both directions end.
  @Test(arguments: [1, 7, .max] as [Int], [1, 4096] as [Int])
  func echo(_ appetite: Int, _ outputLimit: Int) throws {
    var server = EchoServer()
    (server.appetite, server.outputLimit) = (appetite, outputLimit)
    let bench = try SocketBench(server)
    let socket = try bench.connect()
    let sent = pattern(3000)
    try bench.send(sent, socket)
    socket.finishSending()
    let answer = try #require(bench.read(socket))
    #expect(answer.bytes == sent && answer.hasEnded)
    bench.turns(2)
    #expect(bench.server.faults == [] && bench.server.closedStreams == [0])
    #expect(bench.streamCount == 0)
  }

  /// An endpoint that takes nothing: nothing is lost, nothing is read behind it, and no turn spins.
  @Test func nothingIsTaken() throws {
    var server = EchoServer()
    server.appetite = 0
    let bench = try SocketBench(server)
    let socket = try bench.connect()
    try bench.send(pattern(20_000), socket)
    socket.finishSending()
    let began = HostClock.now
    bench.turns(10)
    #expect(HostClock.now - began >= .milliseconds(40), "turns without an event have to wait")
    let stream = try #require(bench.server.streams[0])
    #expect(stream.received.isEmpty && !stream.hasEnded)
    bench.server.appetite = .max
    bench.server.wake(0, now: HostClock.now)
    let answer = try #require(bench.read(socket))
    #expect(answer.bytes == pattern(20_000) && answer.hasEnded)
    #expect(bench.server.faults == [])
  }

  /// Output and loans of more than the socket takes at once.
  @Test func loans() throws {
    let bench = try SocketBench(EchoServer())
    let socket = try bench.connect()
    bench.turns(2)
    let body = pattern(6_000_000)
    bench.server.lent[0] = body
    try bench.send([1, 2, 3], socket)
    bench.turns(5)
    #expect(bench.server.lent[0] != nil, "the peer has not read")
    let answer = try #require(bench.read(socket, upTo: body.count + 3))
    #expect(answer.bytes == [1, 2, 3] + body && bench.server.faults == [])
  }

  @Test func resetByPeer() throws {
    let bench = try SocketBench(EchoServer())
    var socket: Socket? = try bench.connect()
    try bench.send([1, 2, 3], socket!)
    socket!.resetOnClose()
    socket = nil
    bench.turns(3)
    #expect(bench.server.closedStreams == [0] && bench.streamCount == 0)
    // The number is used again.
    let other = try bench.connect()
    try bench.send([4], other)
    #expect(try #require(bench.read(other, upTo: 1)).bytes == [4])
    #expect(bench.server.faults == [])
  }

  @Test func disposals() throws {
    let bench = try SocketBench(EchoServer())
    let (reset, ending) = (try bench.connect(), try bench.connect())
    try bench.send([1], reset)
    bench.turns(2)
    bench.server.dispose(0, .reset)
    #expect(bench.read(reset) == nil || bench.server.closedStreams == [0])
    bench.server.dispose(1, .endOutput)
    let answer = try #require(bench.read(ending))
    #expect(answer.bytes == [] && answer.hasEnded && bench.server.closedStreams == [0])
    // The other direction is open still.
    try bench.send([5, 6], ending)
    bench.turns(2)
    #expect(bench.server.streams[1]?.received == [5, 6])
    bench.server.wake(77, now: HostClock.now)
    bench.turns(1)
  }

  /// One peer never reads; the others get everything in the meantime.
  @Test func oneNeverReads() throws {
    var server = EchoServer()
    server.outputLimit = 1 << 16
    let bench = try SocketBench(server)
    let lazy = try bench.connect()
    bench.turns(2)
    // More than both sockets hold.
    let much = pattern(1 << 18)
    var isFull = false
    for _ in 0..<400 where !isFull {
      isFull = lazy.send(much.span) == 0
      bench.turn()
    }
    #expect(isFull)
    for _ in 0..<3 {
      let other = try bench.connect()
      let sent = pattern(30_000)
      try bench.send(sent, other)
      let began = HostClock.now
      #expect(try #require(bench.read(other, upTo: sent.count)).bytes == sent)
      #expect(HostClock.now - began < .seconds(2))
    }
    #expect(bench.server.faults == [] && bench.server.streams[0] != nil)
  }

  @Test func deadlines() throws {
    let bench = try SocketBench(EchoServer())
    let sockets = [try bench.connect(), try bench.connect()]
    bench.turns(3)
    let now = HostClock.now
    bench.server.setDeadline(now + .milliseconds(40), of: 0)
    bench.server.setDeadline(now + .milliseconds(20), of: 1)
    for socket in sockets { #expect(try #require(bench.read(socket, upTo: 1)).bytes == [0x21]) }
    #expect(bench.server.passed.map(\.stream) == [1, 0])
    #expect(bench.server.passed[0].now >= now + .milliseconds(20))
    #expect(bench.server.passed[1].now >= now + .milliseconds(40))
    #expect(bench.server.faults == [])
  }

  /// A peer for which there is no stream gets the answer, whatever it sends.
  @Test func busy() throws {
    let bench = try SocketBench(EchoServer(limit: 1))
    let first = try bench.connect()
    try bench.send([1], first)
    let second = try bench.connect()
    try bench.send(pattern(5000), second)
    let answer = try #require(bench.read(second))
    #expect(answer.bytes == [UInt8](EchoServer.busyAnswer) && answer.hasEnded)
    #expect(bench.streamCount == 1)
  }
}
