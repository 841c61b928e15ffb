// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import Testing
import Time
import Wire

/// Loss and congestion, segment by segment (RFC 5681, 6582, 6675, 7323, 9438).
@Suite struct LossTests {
  let host = Host()

  private func open(
    selective: Bool, clock: UInt32? = nil
  ) throws -> (Peer, TCPConnection, SequenceNumber) {
    var settings = TCPSettings()
    settings.sendByteCount = 1 << 17
    let listener = try host.stack.listen(port: 7, settings: settings)
    let peer = Peer(host)
    peer.clock = clock
    let connection = try #require(
      peer.open(listener, options: .segment(clock == nil ? 1000 : 1012, selective: selective)))
    return (peer, connection, peer.acknowledgement)
  }

  private func numbers(_ packets: [Packet], from start: SequenceNumber) -> [Int] {
    packets.compactMap { $0.tcp.map { ($0.sequence - start) / 1000 } }
  }

  private func write(_ segments: Int, _ peer: Peer, _ connection: TCPConnection) {
    _ = host.write([UInt8](repeating: 0, count: 1000 * segments), to: connection)
    peer.poll()
  }

  @Test func slowStart() throws {
    let (peer, connection, start) = try open(selective: false)
    write(100, peer, connection)
    #expect(numbers(peer.all(), from: start) == Array(0..<10))
    // Each acknowledged segment allows two new ones.
    peer.acknowledge(start + 1000)
    #expect(numbers(peer.all(), from: start) == [10, 11])
    peer.acknowledge(start + 3000)
    #expect(numbers(peer.all(), from: start) == [12, 13, 14, 15])
  }

  @Test func fastRetransmit() throws {
    let (peer, connection, start) = try open(selective: false)
    write(30, peer, connection)
    _ = peer.all()
    // The first was lost. Two duplicates allow a new segment each (RFC 3042), the third triggers
    // the retransmission.
    peer.say(.ack)
    #expect(numbers(peer.all(), from: start) == [10])
    peer.say(.ack)
    #expect(numbers(peer.all(), from: start) == [11])
    peer.say(.ack)
    #expect(numbers(peer.all(), from: start) == [0])
    // Window: 0.7 * 12 + 3 segments, of which 12 are used.
    for _ in 0..<4 { peer.say(.ack) }
    #expect(numbers(peer.all(), from: start).allSatisfy { $0 >= 12 })
    peer.acknowledge(start + 12_000)
    #expect(numbers(peer.all(), from: start).allSatisfy { $0 >= 12 })
    #expect(host.counters.segmentsResent == 1)
  }

  /// RFC 6582: a partial acknowledgement reveals the next hole, which is filled at once.
  @Test func partialAcknowledgement() throws {
    let (peer, connection, start) = try open(selective: false)
    write(10, peer, connection)
    _ = peer.all()
    // 0 and 4 were lost.
    for _ in 0..<3 { peer.say(.ack) }
    #expect(numbers(peer.all(), from: start) == [0])
    peer.acknowledge(start + 4000)
    #expect(numbers(peer.all(), from: start) == [4])
    peer.acknowledge(start + 10_000)
    #expect(peer.all().isEmpty)
    // Duplicate ACKs of complete data do not start a recovery.
    for _ in 0..<5 { peer.say(.ack) }
    #expect(peer.all().isEmpty)
  }

  /// RFC 6582, 3.2 and 4: after a timeout, duplicate ACKs of earlier data answer needless copies
  /// and do not indicate a loss.
  @Test func duplicatesAfterATimeout() throws {
    let (peer, connection, start) = try open(selective: false)
    write(10, peer, connection)
    _ = peer.all()
    // All data arrived, all acknowledgements were lost.
    peer.wait(.milliseconds(250))
    #expect(numbers(peer.all(), from: start) == [0])
    peer.acknowledge(start + 4000)
    #expect(numbers(peer.all(), from: start).first == 4)
    for _ in 0..<4 { peer.say(.ack) }
    #expect(!numbers(peer.all(), from: start).contains(4))
    peer.acknowledge(start + 10_000)
    #expect(peer.all().isEmpty)
  }

  @Test func selectiveRetransmit() throws {
    let (peer, connection, start) = try open(selective: true)
    write(10, peer, connection)
    _ = peer.all()
    // 0, 2 and 5 were lost.
    peer.say(.ack, options: .blocks([(start + 1000, start + 2000)]))
    peer.say(
      .ack, options: .blocks([(start + 3000, start + 5000), (start + 1000, start + 2000)]))
    #expect(numbers(peer.all(), from: start) == [0])
    peer.say(
      .ack,
      options: .blocks([
        (start + 6000, start + 10_000), (start + 3000, start + 5000), (start + 1000, start + 2000),
      ]))
    // Exactly the holes are retransmitted, once each.
    #expect(numbers(peer.all(), from: start) == [2, 5])
    peer.acknowledge(start + 10_000)
    peer.wait(.seconds(5))
    #expect(peer.all().isEmpty && host.counters.segmentsResent == 3)
  }

  /// Three ranges behind a hole make it a loss, however short they are (RFC 6675, 4).
  @Test func threeStretches() throws {
    var settings = TCPSettings()
    settings.isImmediate = true
    let listener = try host.stack.listen(port: 7, settings: settings)
    let peer = Peer(host)
    let connection = try #require(
      peer.open(listener, options: .segment(1000, selective: true)))
    let start = peer.acknowledgement
    for _ in 0..<8 {
      _ = host.write([UInt8](repeating: 0, count: 10), to: connection)
      peer.poll()
    }
    #expect(peer.all().count == 8)
    peer.say(.ack, options: .blocks([(start + 30, start + 40), (start + 10, start + 20)]))
    #expect(peer.all().isEmpty)
    peer.say(
      .ack,
      options: .blocks([
        (start + 50, start + 60), (start + 30, start + 40), (start + 10, start + 20),
      ]))
    #expect(peer.all().first?.tcp?.sequence == start)
  }

  /// A lost retransmission is noticed when later data arrives.
  @Test func lostAgain() throws {
    let (peer, connection, start) = try open(selective: true)
    write(40, peer, connection)
    _ = peer.all()
    peer.say(.ack, options: .blocks([(start + 1000, start + 10_000)]))
    let heard = numbers(peer.all(), from: start)
    #expect(heard.first == 0 && heard.dropFirst().allSatisfy { $0 >= 10 })
    #expect(heard.count >= 4)
    let last = start + 1000 * ((heard.last ?? 0) + 1)
    peer.say(.ack, options: .blocks([(start + 1000, last)]))
    #expect(numbers(peer.all(), from: start).first == 0)
  }

  @Test func reordering() throws {
    let (peer, connection, start) = try open(selective: true)
    write(10, peer, connection)
    _ = peer.all()
    // Two early segments do not indicate a loss.
    peer.say(.ack, options: .blocks([(start + 1000, start + 2000)]))
    peer.say(.ack, options: .blocks([(start + 1000, start + 3000)]))
    peer.acknowledge(start + 3000)
    #expect(peer.all().isEmpty && host.counters.segmentsResent == 0)
  }

  /// Invalid or empty SACK blocks change nothing.
  @Test func foolishBlocks() throws {
    let (peer, connection, start) = try open(selective: true)
    write(10, peer, connection)
    _ = peer.all()
    for (low, high) in [
      (20_000, 30_000), (-5000, -1000), (5000, 4000), (9000, 11_000), (0, 0), (-1000, 3000),
    ] {
      for _ in 0..<4 {
        peer.say(.ack, options: .blocks([(start + low, start + high)]))
      }
    }
    #expect(peer.all().isEmpty && host.counters.segmentsResent == 0)
  }

  /// After a timeout everything is retransmitted, starting with one segment, except what the peer
  /// has reported.
  @Test func timeoutAndSlowStart() throws {
    let (peer, connection, start) = try open(selective: true)
    write(10, peer, connection)
    _ = peer.all()
    peer.wait(.milliseconds(250))
    // The probe, and the timeout.
    #expect(numbers(peer.all(), from: start) == [9, 0] && host.counters.timeouts == 1)
    var options = TCPOptions.blocks([(start + 3000, start + 8000)])
    peer.acknowledge(start + 1000, options: options)
    #expect(numbers(peer.all(), from: start) == [1, 2])
    options = .blocks([(start + 3000, start + 8000)])
    peer.acknowledge(start + 2000, options: options)
    #expect(numbers(peer.all(), from: start).allSatisfy { $0 >= 8 })
  }

  /// The acknowledgement of data that arrived before a timeout opens the window by one segment,
  /// however much it covers (RFC 3465, 2.3): it says nothing about the path's current state.
  @Test func slowStartAfterATimeout() throws {
    let (peer, connection, start) = try open(selective: false)
    write(40, peer, connection)
    _ = peer.all()
    peer.wait(.milliseconds(250))
    #expect(numbers(peer.all(), from: start) == [0])
    peer.acknowledge(start + 9000)
    #expect(numbers(peer.all(), from: start) == [9, 10])
    // Then each acknowledgement counts in full again, up to an ssthresh of 7 segments.
    peer.acknowledge(start + 11_000)
    #expect(numbers(peer.all(), from: start) == [11, 12, 13])
    peer.acknowledge(start + 14_000)
    #expect(numbers(peer.all(), from: start).count == 6)
  }

  /// A peer may discard reported data (RFC 2018, 8): after a timeout no block is trusted.
  @Test func renegedBlocks() throws {
    let (peer, connection, start) = try open(selective: true)
    write(5, peer, connection)
    _ = peer.all()
    peer.say(.ack, options: .blocks([(start + 1000, start + 5000)]))
    _ = peer.all()
    var seen: Set<Int> = []
    for _ in 0..<200 {
      peer.wait(.milliseconds(100))
      for packet in peer.all() {
        guard let tcp = packet.tcp else { continue }
        seen.insert((tcp.sequence - start) / 1000)
        // It accepts in-order data only, and has discarded the rest.
        if tcp.sequence == peer.acknowledgement { peer.acknowledge(peer.acknowledgement + 1000) }
      }
    }
    #expect(seen == [0, 1, 2, 3, 4] && peer.acknowledgement == start + 5000)
  }

  @Test func timestampsEchoAndMeasure() throws {
    let (peer, connection, _) = try open(selective: false, clock: 1000)
    peer.clock = 1500
    peer.send(.ack, [1])
    peer.wait(.milliseconds(50))
    #expect(peer.next()?.options.timestamps?.echo == 1500)
    // Out of order: the echo remains that of the last in-order segment (RFC 7323, 4.3).
    peer.clock = 1600
    peer.say(.ack, [9], at: peer.sequence + 5)
    #expect(peer.next()?.options.timestamps?.echo == 1500)
    write(1, peer, connection)
    let before = try #require(peer.next()?.options.timestamps?.value)
    host.now = host.now + .milliseconds(300)
    peer.acknowledge(peer.acknowledgement + 1000)
    write(1, peer, connection)
    let after = try #require(peer.all().last?.options.timestamps?.value)
    #expect(after - before == 300)
  }

  /// RFC 7323, 5: an old segment with a valid sequence number is dropped and acknowledged.
  @Test func oldTimestamp() throws {
    let (peer, connection, _) = try open(selective: false, clock: 1000)
    peer.clock = 2000
    peer.send(.ack, [1])
    _ = host.readAll(connection)
    peer.wait(.milliseconds(50))
    _ = peer.all()
    peer.clock = 1999
    peer.say(.ack, [6, 6])
    #expect(host.readable(connection) == 0 && peer.next()?.tcp?.acknowledgement == peer.sequence)
    // Without timestamps it is dropped silently.
    peer.clock = nil
    peer.say(.ack, [6, 6])
    #expect(host.readable(connection) == 0 && peer.next() == nil)
    // A reset needs none.
    peer.say(.rst)
    #expect(host.failure(of: connection) == .reset)
  }

  /// After 24 days of silence, an old timestamp is ignored.
  @Test func timestampsOfOldTimes() throws {
    let (peer, connection, _) = try open(selective: false, clock: 1000)
    host.now = host.now + .seconds(25 * 24 * 3600)
    peer.clock = 500
    peer.send(.ack, [1])
    #expect(host.readable(connection) == 1)
  }

  /// After a pause the window is a new connection's (RFC 5681, 4.1).
  @Test func pause() throws {
    let (peer, connection, start) = try open(selective: false)
    write(60, peer, connection)
    var last = start
    for _ in 0..<10 {
      for packet in peer.all() { last = .max(last, packet.tcp.map { $0.sequence + 1000 } ?? last) }
      peer.acknowledge(last)
    }
    #expect(last == start + 60_000)
    peer.wait(.seconds(30))
    write(60, peer, connection)
    #expect(peer.all().count == 10)
  }

  /// RFC 8985, 7: the last of several segments is lost. A probe repeats it after 2 ms, a timeout
  /// would after 200 ms.
  @Test func tailLoss() throws {
    let (peer, connection, start) = try open(selective: true)
    write(4, peer, connection)
    _ = peer.all()
    peer.acknowledge(start + 2000)
    peer.wait(.milliseconds(1))
    #expect(peer.all().isEmpty)
    peer.wait(.milliseconds(2))
    #expect(numbers(peer.all(), from: start) == [3])
    // It arrives and reveals that segment 2 is missing, which is retransmitted at once.
    peer.say(.ack, options: .blocks([(start + 3000, start + 4000)]))
    #expect(numbers(peer.all(), from: start) == [2])
    peer.acknowledge(start + 4000)
    peer.wait(.seconds(5))
    #expect(peer.all().isEmpty && host.counters.segmentsResent == 2)
    #expect(host.counters.timeouts == 0)
  }

  /// A probe carries new data if only the congestion window held it back.
  @Test func tailProbeWithNewData() throws {
    let (peer, connection, start) = try open(selective: true)
    peer.acknowledge(start)
    write(20, peer, connection)
    #expect(numbers(peer.all(), from: start) == Array(0..<10))
    peer.wait(.milliseconds(11))
    #expect(numbers(peer.all(), from: start) == [10])
    // One probe, no second, then the timeout.
    peer.wait(.milliseconds(150))
    #expect(peer.all().isEmpty)
    peer.wait(.milliseconds(60))
    #expect(numbers(peer.all(), from: start) == [0] && host.counters.timeouts == 1)
  }

  /// A lone segment's acknowledgement may be delayed; its probe waits for that.
  @Test func probeOfALoneSegment() throws {
    let (peer, connection, start) = try open(selective: true)
    write(1, peer, connection)
    _ = peer.all()
    peer.wait(.milliseconds(98))
    #expect(peer.all().isEmpty)
    peer.wait(.milliseconds(4))
    #expect(numbers(peer.all(), from: start) == [0])
    // Both arrived: the window is unchanged.
    peer.acknowledge(start + 1000, options: .blocks([(start, start + 1000)]))
    write(1, peer, connection)
    peer.acknowledge(start + 2000)
    _ = peer.all()
    write(20, peer, connection)
    #expect(peer.all().count == 10)
  }

  /// Only the probe arrived: the window is reduced for the loss.
  @Test func probeThatRepaired() throws {
    let (peer, connection, start) = try open(selective: true)
    write(10, peer, connection)
    _ = peer.all()
    peer.acknowledge(start + 9000)
    peer.wait(.milliseconds(110))
    #expect(numbers(peer.all(), from: start) == [9])
    peer.acknowledge(start + 10_000)
    write(1, peer, connection)
    peer.acknowledge(start + 11_000)
    _ = peer.all()
    write(30, peer, connection)
    #expect(peer.all().count < 10)
  }

  /// Too few segments arrive behind a hole to make it a loss, and nothing follows: it is
  /// retransmitted all the same, and again when the retransmission is lost, both without a timeout.
  @Test func shortFlight() throws {
    let (peer, connection, start) = try open(selective: true)
    write(3, peer, connection)
    _ = peer.all()
    peer.say(.ack, options: .blocks([(start + 1000, start + 3000)]))
    #expect(peer.all().isEmpty)
    peer.wait(.milliseconds(3))
    #expect(numbers(peer.all(), from: start) == [0])
    peer.wait(.milliseconds(2))
    #expect(numbers(peer.all(), from: start) == [0])
    peer.acknowledge(start + 3000)
    peer.wait(.seconds(5))
    #expect(peer.all().isEmpty && host.counters.timeouts == 0)
  }
}
