// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import Testing
import Time
import Wire

/// Sending: segment sizes, Nagle's algorithm, windows and their probes, timeouts.
@Suite struct SendingTests {
  let host = Host()

  private func open(
    options: TCPOptions = .segment(1000), window: UInt16 = 65535,
    _ change: (inout TCPSettings) -> Void = { _ in }
  ) throws -> (Peer, TCPConnection) {
    var settings = TCPSettings()
    settings.sendByteCount = 65536
    change(&settings)
    let listener = try host.stack.listen(port: 7, settings: settings)
    let peer = Peer(host)
    peer.window = window
    let connection = try #require(peer.open(listener, options: options))
    return (peer, connection)
  }

  private func zeroes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  @Test func fullSegments() throws {
    let (peer, connection) = try open()
    #expect(host.write(zeroes(2500), to: connection) == 2500)
    peer.poll()
    let heard = peer.all()
    // The last segment is not full, and waits for an acknowledgement (RFC 9293, 3.7.4).
    #expect(heard.map(\.payload.count) == [1000, 1000])
    #expect(heard.map { $0.tcp?.flags.has(.psh) } == [false, false])
    peer.acknowledge(peer.acknowledgement + 2000)
    let rest = peer.all()
    #expect(rest.map(\.payload.count) == [500] && rest[0].tcp?.flags.has(.psh) == true)
  }

  @Test func nagle() throws {
    let (peer, connection) = try open()
    _ = host.write([1], to: connection)
    peer.poll()
    _ = host.write([2], to: connection)
    _ = host.write([3], to: connection)
    peer.poll()
    #expect(peer.all().map(\.payload) == [[1]])
    peer.acknowledge(peer.acknowledgement + 1)
    #expect(peer.all().map(\.payload) == [[2, 3]])
  }

  @Test func withoutNagle() throws {
    let (peer, connection) = try open { $0.isImmediate = true }
    for byte: UInt8 in 1...3 {
      _ = host.write([byte], to: connection)
      peer.poll()
    }
    #expect(peer.all().map(\.payload) == [[1], [2], [3]])
  }

  @Test func peersWindow() throws {
    let (peer, connection) = try open(window: 1500)
    _ = host.write(zeroes(5000), to: connection)
    peer.poll()
    // 500 bytes of the window remain, less than half of the largest window so far.
    #expect(peer.all().map(\.payload.count) == [1000])
    peer.acknowledge(peer.acknowledgement + 1000)
    #expect(peer.all().map(\.payload.count) == [1000])
  }

  @Test func windowScale() throws {
    let (peer, connection) = try open(options: .segment(1000, scale: 4), window: 1000)
    // The SYN's window is not scaled, the ACK's is: 16,000 bytes.
    _ = host.write(zeroes(40_000), to: connection)
    peer.poll()
    var most = 0
    var last = peer.acknowledgement
    for _ in 0..<20 {
      for packet in peer.all() { last = .max(last, packet.tcp.map { $0.sequence + 1000 } ?? last) }
      most = max(most, last - peer.acknowledgement)
      peer.acknowledge(peer.acknowledgement + 1000)
    }
    #expect(most == 16_000)
  }

  /// A peer without window scaling is offered unscaled windows of at most 64 KB.
  @Test func unscaledWindowIsOffered() throws {
    let (peer, connection) = try open { $0.receiveByteCount = 1 << 18 }
    peer.send(.ack, [1])
    peer.send(.ack, [2])
    _ = host.readAll(connection)
    peer.wait(.milliseconds(50))
    #expect((65530...65535).contains(try #require(peer.all().last?.tcp?.window)))
  }

  @Test func scaledWindowIsOffered() throws {
    let (peer, _) = try open(options: .segment(1000, scale: 0)) { $0.receiveByteCount = 1 << 17 }
    peer.send(.ack, zeroes(1000))
    peer.send(.ack, zeroes(1000))
    let tcp = try #require(peer.all().last?.tcp)
    // 131,072 bytes with a shift of 2.
    #expect(Int(tcp.window) << 2 >= 131_072 - 2004 && Int(tcp.window) << 2 <= 131_072)
  }

  @Test func closedWindow() throws {
    let (peer, connection) = try open()
    _ = host.write(zeroes(3000), to: connection)
    peer.poll()
    #expect(peer.all().count == 3)
    peer.window = 0
    peer.acknowledge(peer.acknowledgement + 3000)
    _ = host.write(zeroes(2000), to: connection)
    peer.poll()
    #expect(peer.all().isEmpty)
    // Probes of one byte at growing intervals, as long as they are answered.
    var gaps: [UInt64] = []
    var last = host.now
    let end = host.now + .seconds(1800)
    while host.now < end {
      peer.wait(.milliseconds(100))
      for packet in peer.all() {
        #expect(packet.payload.count == 1 && packet.tcp?.sequence == peer.acknowledgement)
        gaps.append((host.now - last).nanoseconds / 100_000_000)
        last = host.now
        peer.say(.ack)
      }
    }
    #expect(host.failure(of: connection) == nil && gaps.count > 30)
    #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $0 <= $1 || $0 >= 599 }, "\(gaps)")
    #expect((gaps.last ?? 0) >= 590 && (gaps.last ?? 0) <= 610)
    // The window opens: everything is sent at once, including the probe's byte.
    peer.window = 65535
    peer.say(.ack)
    #expect(peer.all().map(\.payload.count) == [1000, 1000])
  }

  @Test func unansweredProbes() throws {
    let (peer, connection) = try open()
    peer.window = 0
    peer.say(.ack)
    _ = host.write(zeroes(10), to: connection)
    peer.wait(.seconds(3600))
    #expect(host.failure(of: connection) == .timedOut)
  }

  /// A window that is too small for Nagle and silly-window avoidance does not stall the connection.
  @Test func smallWindow() throws {
    let (peer, connection) = try open()
    peer.window = 100
    peer.say(.ack)
    _ = host.write(zeroes(1000), to: connection)
    peer.poll()
    #expect(peer.all().isEmpty)
    peer.wait(.seconds(2))
    #expect(peer.all().first?.payload.count == 100)
  }

  @Test func timeout() throws {
    let (peer, connection) = try open()
    // First a round trip of 100 ms: the timeout is then between 200 ms and 400 ms.
    _ = host.write([0], to: connection)
    peer.poll()
    peer.wait(.milliseconds(100))
    peer.acknowledge(peer.acknowledgement + 1)
    _ = peer.all()
    _ = host.write(zeroes(3000), to: connection)
    peer.poll()
    let first = peer.all()
    #expect(first.count == 3)
    var moments: [UInt64] = []
    let start = host.now
    while host.isOpen(connection) {
      peer.wait(.milliseconds(10))
      peer.introduce()
      for packet in peer.all() {
        // Only the first segment, since the window is now one segment.
        #expect(packet.tcp?.sequence == first[0].tcp?.sequence && packet.payload.count == 1000)
        moments.append((host.now - start).nanoseconds / 1_000_000)
      }
    }
    #expect(host.failure(of: connection) == .timedOut)
    #expect(moments.count == 12)
    #expect((200...400).contains(moments[0]))
    let gaps = zip(moments, moments.dropFirst()).map { $1 - $0 }
    for (index, gap) in gaps.enumerated() {
      let wanted = min(60_000, moments[0] << UInt64(index + 1))
      #expect(gap + 30 >= wanted && gap <= wanted + 30, "gap \(index)")
    }
  }

  /// Karn's rule: retransmissions yield no sample, and the timeout stays long until new data does.
  @Test func ambiguousAcknowledgement() throws {
    let (peer, connection) = try open()
    _ = host.write(zeroes(10), to: connection)
    peer.poll()
    peer.wait(.milliseconds(2500))
    #expect(peer.all().count >= 2)
    peer.acknowledge(peer.acknowledgement + 10)
    _ = host.write(zeroes(10), to: connection)
    peer.poll()
    _ = peer.all()
    // No sample was taken: the timeout is still the handshake's.
    peer.wait(.milliseconds(190))
    #expect(peer.all().isEmpty)
  }

  @Test func noBufferIsNoLoss() throws {
    let (peer, connection) = try open()
    _ = host.write(zeroes(5000), to: connection)
    host.output.limit = 2
    host.poll()
    #expect(host.isBlocked && host.output.frames.count == 2)
    peer.hear(host.output.drain())
    host.output.limit = .max
    peer.poll()
    #expect(!host.isBlocked)
    #expect(peer.all().map(\.payload.count) == [1000, 1000, 1000, 1000, 1000])
  }

  @Test func writableEvent() throws {
    let (peer, connection) = try open { $0.sendByteCount = 4096 }
    #expect(host.write(zeroes(5000), to: connection) == 4096)
    host.events = []
    peer.poll()
    peer.acknowledge(peer.acknowledgement + 3000)
    #expect(host.events.map(\.readiness) == [.writable])
    #expect(host.writable(connection) == 3000)
  }

  @Test func keepAlive() throws {
    let (peer, connection) = try open { $0.keepAlive = .seconds(100) }
    peer.wait(.seconds(99))
    #expect(peer.all().isEmpty)
    peer.wait(.seconds(2))
    let probe = try #require(peer.next())
    #expect(probe.tcp?.sequence == peer.acknowledgement - 1 && probe.payload.isEmpty)
    peer.say(.ack)
    peer.wait(.seconds(99))
    #expect(peer.all().isEmpty)
    // No answer any more: nine probes, 75 s apart.
    peer.wait(.seconds(1000))
    #expect(host.failure(of: connection) == .timedOut)
    let heard = peer.all()
    #expect(heard.filter { $0.tcp?.flags == .ack }.count == 9)
    #expect(heard.last?.tcp?.flags.has(.rst) == true)
  }

  @Test func idleLimit() throws {
    let (peer, connection) = try open { $0.idleLimit = .seconds(30) }
    peer.wait(.seconds(20))
    peer.send(.ack, [1])
    peer.wait(.seconds(29))
    #expect(host.isOpen(connection))
    peer.wait(.seconds(2))
    #expect(host.failure(of: connection) == .idle)
    #expect(peer.all().last?.tcp?.flags.has(.rst) == true)
  }
}
