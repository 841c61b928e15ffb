// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Streams
import Testing
import Time

@testable import TLS

/// Time, memory and the number of handshakes.
@Suite struct LimitTests {
  @Test func handshakeTime() throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    _ = bench.exchange(stream, Array(client.hello().prefix(20)))
    #expect(bench.server.deadline == Instant(nanoseconds: 11_000_000_000))
    bench.now = bench.server.deadline
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.nextChanged() == stream)
    #expect(bench.server.disposal(stream) == .close && bench.server.outputCount(stream) == 0)
    bench.server.closed(stream, now: bench.now)
    #expect(bench.server.inner.closedCount == 1)
    bench.now = bench.server.deadline
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.deadline == .never)
    // Established, a connection has the inner server's limits only; and at some time the tickets' key goes.
    let other = TestClient()
    try bench.handshake(other, bench.open())
    #expect(bench.server.deadline >= bench.now + .seconds(2 * 7200 - 1))
  }

  /// An alert may be read for some time; then the transport is closed, if the client does not.
  @Test func closingTime() throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    try client.take(bench.exchange(stream, [9, 9, 9, 9, 9]))
    #expect(client.alert == Alert.unexpectedMessage.rawValue)
    #expect(bench.server.disposal(stream) == .endOutput)
    #expect(bench.server.inner.streams[stream]?.hasEnded == false)
    bench.now = bench.server.deadline
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.nextChanged() == stream && bench.server.disposal(stream) == .close)
    bench.server.closed(stream, now: bench.now)
    #expect(bench.server.inner.closedCount == 1 && bench.server.deadline == .never)
    let other = try bench.open()
    try client.take(bench.exchange(other, [9, 9, 9, 9, 9]))
    bench.server.peerEnded(other, now: bench.now)
    #expect(bench.server.disposal(other) == .close, "the client has read it")
  }

  @Test func handshakeBytes() throws {
    let bench = Bench { $0.helloByteCount = 1000 }
    let client = TestClient()
    client.extra = [(0x1234, [UInt8](repeating: 0, count: 900))]
    try client.take(bench.exchange(bench.open(), client.hello()))
    #expect(client.alert == Alert.illegalParameter.rawValue)
    #expect(bench.server.heldByteCount < 64)
  }

  /// Not many connections are kept for peers that may want to read an alert.
  @Test func closingCrowd() throws {
    let bench = Bench { $0.handshakeLimit = 4 }
    let crowd = try (0..<6).map { _ in
      let stream = try bench.open()
      _ = bench.exchange(stream, [9, 9, 9, 9, 9])
      return stream
    }
    for (index, stream) in crowd.enumerated() {
      #expect(bench.server.disposal(stream) == (index < 2 ? .close : .endOutput))
    }
    var changed: Set<Int> = []
    while let stream = bench.server.nextChanged() { changed.insert(stream) }
    #expect(changed == Set(crowd[..<2]))
  }

  /// Every byte counts, also those of a header that comes in parts.
  @Test func handshakeBytesInParts() throws {
    let bench = Bench { $0.handshakeByteCount = 3000 }
    let client = TestClient()
    let stream = try bench.open()
    try client.take(bench.exchange(stream, client.hello()))
    let change = client.record(20, [1])
    var count = 0
    while client.alert == nil, count < 1000 {
      try client.take(bench.exchange(stream, change, piece: 1))
      count += 1
    }
    #expect(client.alert == Alert.unexpectedMessage.rawValue && count * change.count <= 3000)
  }

  /// The parts of a hello may be as short as a byte, and are not copied each time.
  @Test func partsOfAHello() throws {
    let (bench, client) = (Bench(), TestClient())
    client.extra = [(0x1234, [UInt8](repeating: 0, count: 7000))]
    let stream = try bench.open()
    var (capacities, room) = (0, 0)
    for byte in client.helloMessage().dropLast() {
      _ = bench.exchange(stream, client.record(22, [byte]))
      let capacity = bench.server.connection(stream)?.message.capacity ?? 0
      if capacity != room { capacities += 1 }
      room = capacity
    }
    #expect(bench.server.connection(stream)?.phase == .awaitingHello)
    #expect(room > 7000 && room < 3 * 7000 && capacities < 20)
  }

  /// A flood of clients that do not go on does not keep others out.
  @Test func crowd() throws {
    let bench = Bench { $0.handshakeLimit = 4 }
    let established = TestClient()
    let first = try bench.open()
    try bench.handshake(established, first)
    let crowd = try (0..<4).map { _ in try bench.open() }
    #expect(bench.server.open(now: bench.now) == nil, "each of them has its grace")
    bench.tick(.seconds(1))
    let client = TestClient()
    let stream = try bench.open()
    #expect(bench.server.nextChanged() == crowd[0])
    #expect(bench.server.disposal(crowd[0]) == .close, "its place is free at once")
    try bench.handshake(client, stream)
    #expect(bench.server.crowdedCount == 2)
    try established.take(bench.exchange(first, established.sealed(23, [1])))
    #expect(established.text == [1])
  }

  /// At one time, one hello is answered; the others wait for their turns, and what is established goes on.
  @Test func turns() throws {
    let bench = Bench()
    let clients = try (0..<5).map { _ in (TestClient(), try bench.open()) }
    bench.tick()
    for (client, stream) in clients {
      let hello = client.hello()
      #expect(bench.server.receive(stream, hello.span, now: bench.now) == hello.count)
      #expect(bench.server.receive(stream, [1].span, now: bench.now) == 0 || stream == clients[0].1)
    }
    #expect(bench.server.connections.count { $0?.phase == .awaitingFinished } <= 1)
    for turn in 1..<5 {
      #expect(bench.server.deadline <= bench.now + Interval(nanoseconds: 1))
      bench.tick()
      bench.server.timePassed(now: bench.now)
      #expect(bench.server.nextChanged() == clients[turn].1)
      bench.server.timePassed(now: bench.now)
      #expect(bench.server.nextChanged() == nil, "no second one at the same time")
    }
    for (client, stream) in clients.dropFirst() {
      try client.take(bench.drain(stream))
      try client.take(bench.exchange(stream, client.finished()))
      #expect(bench.server.connection(stream)?.phase == .established)
    }
  }

  /// A peer that does not read holds one record, and then gets all.
  @Test func backPressure() throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    try bench.handshake(client, stream)
    bench.server.inner.streams[stream]?.output = [UInt8](repeating: 1, count: 100_000)
    bench.server.inner.changed = [stream]
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.outputCount(stream) == 5 + 16384 + 17)
    #expect(bench.server.inner.streams[stream]?.sent == 0, "nothing was sent yet")
    #expect(bench.server.heldByteCount < 20_000)
    try client.take(bench.drain(stream))
    #expect(client.text.count == 100_000 && bench.server.inner.streams[stream]?.sent == 100_000)
    #expect(bench.server.heldByteCount == 0)
    // The other way: what the inner server does not take stays with the transport.
    bench.server.inner.appetite = 0
    let record = client.sealed(23, [1, 2, 3])
    let next = client.sealed(23, [4])
    #expect(bench.server.receive(stream, record.span, now: bench.now) == record.count)
    #expect(bench.server.receive(stream, next.span, now: bench.now) == 0)
    bench.server.inner.appetite = 2
    try client.take(bench.exchange(stream, next))
    #expect(bench.server.inner.streams[stream]?.received == [1, 2, 3, 4])
  }

  /// Over the limit of memory, the peer that has waited the longest with half a record is reset.
  @Test func memory() throws {
    let bench = Bench { $0.memoryLimit = 40_000 }
    let clients = try (0..<4).map { _ in
      let client = TestClient()
      let stream = try bench.open()
      try bench.handshake(client, stream)
      return (client, stream)
    }
    bench.server.inner.echoes = false
    let text = [UInt8](repeating: 1, count: 16_000)
    for (client, stream) in clients {
      bench.tick()
      let record = client.sealed(23, text)
      let half = record.span.extracting(0..<15_000)
      #expect(bench.server.receive(stream, half, now: bench.now) == 15_000)
    }
    #expect(bench.server.heldByteCount <= 40_000)
    #expect(bench.server.disposal(clients[0].1) == .close)
    #expect(bench.server.connection(clients[3].1)?.phase == .established)
    // What is sent has shorter records meanwhile.
    let (reader, stream) = clients[3]
    bench.server.inner.streams[stream]?.output = [UInt8](repeating: 2, count: 5000)
    bench.server.heldByteCount += 40_000
    bench.server.inner.changed = [stream]
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.outputCount(stream) == 5 + 1024 + 17)
    bench.server.heldByteCount -= 40_000
    try reader.take(bench.drain(stream))
    #expect(reader.text.count == 5000)
  }

  /// A record that the inner server does not take counts like an incomplete one.
  @Test func untaken() throws {
    let bench = Bench { $0.memoryLimit = 20_000 }
    bench.server.inner.appetite = 0
    let clients = try (0..<2).map { _ in
      let client = TestClient()
      let stream = try bench.open()
      try bench.handshake(client, stream)
      return (client, stream)
    }
    for (client, stream) in clients {
      bench.tick()
      let record = client.sealed(23, [UInt8](repeating: 1, count: 16_000))
      #expect(bench.server.receive(stream, record.span, now: bench.now) == record.count)
    }
    #expect(bench.server.connection(clients[0].1)?.phase == .ended)
    #expect(bench.server.connection(clients[1].1)?.phase == .established)
    #expect(bench.server.heldByteCount <= 20_000)
  }

  /// An end of the transport without close_notify cuts the stream off.
  @Test func cutOff() throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    try bench.handshake(client, stream)
    bench.server.peerEnded(stream, now: bench.now)
    #expect(bench.server.inner.streams[stream]?.hasEnded == false, "it may not be the client's end")
    #expect(bench.server.disposal(stream) == .close)
    bench.server.closed(stream, now: bench.now)
    #expect(bench.server.inner.closedCount == 1)
  }

  @Test func innerEnds() throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    try bench.handshake(client, stream)
    bench.server.inner.streams[stream]?.output = [1, 2, 3]
    bench.server.inner.streams[stream]?.disposal = .endOutput
    bench.server.inner.changed = [stream]
    bench.server.timePassed(now: bench.now)
    #expect(bench.server.disposal(stream) == .stayOpen, "not before the last record")
    try client.take(bench.drain(stream))
    #expect(client.text == [1, 2, 3] && client.alert == 0)
    #expect(bench.server.disposal(stream) == .endOutput)
    try client.take(bench.exchange(stream, client.sealed(23, [9])))
    #expect(bench.server.inner.streams[stream]?.received == [9], "the other direction goes on")
  }
}
