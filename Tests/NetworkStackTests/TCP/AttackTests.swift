// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// The attacks of RFC 5961, and floods.
@Suite struct AttackTests {
  let host = Host { configuration in
    configuration.connectionLimit = 20
    configuration.halfOpenLimit = 8
    configuration.bufferByteCount = 1 << 20
  }

  private func open() throws -> (Peer, TCPConnection, TCPListener) {
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    let connection = try #require(peer.open(listener, options: .segment(1000)))
    return (peer, connection, listener)
  }

  @Test func blindReset() throws {
    let (peer, connection, _) = try open()
    for offset in [1, 100, 16383] {
      host.now = host.now + .seconds(1)
      peer.say(.rst, at: peer.sequence + offset)
      #expect(peer.next()?.tcp?.flags == .ack, "\(offset)")
    }
    for offset in [-1, 16384, 100_000] {
      host.now = host.now + .seconds(1)
      peer.say(.rst, at: peer.sequence + offset)
      #expect(peer.next() == nil, "\(offset)")
    }
    #expect(host.isOpen(connection))
    peer.say(.rst)
    #expect(host.failure(of: connection) == .reset && peer.next() == nil)
  }

  @Test func blindSyn() throws {
    let (peer, connection, _) = try open()
    for offset in [-100, 0, 50, 1_000_000] {
      host.now = host.now + .seconds(1)
      peer.say(.syn, at: peer.sequence + offset)
      let answer = try #require(peer.next()?.tcp)
      #expect(answer.flags == .ack && answer.acknowledgement == peer.sequence, "\(offset)")
    }
    #expect(host.isOpen(connection))
  }

  @Test func blindData() throws {
    let (peer, connection, _) = try open()
    // An ACK of data never sent, or sent long ago, reveals a forger.
    for offset in [1, 1000, 1_000_000, -70_000] {
      host.now = host.now + .seconds(1)
      peer.say(.ack, [6, 6, 6], ack: peer.acknowledgement + offset)
      #expect(peer.next()?.tcp?.flags == .ack, "\(offset)")
    }
    #expect(host.readable(connection) == 0)
    // A slightly old one is legitimate.
    peer.send(.ack, [1])
    #expect(host.readable(connection) == 1)
  }

  @Test func challengesAreRare() throws {
    let (peer, _, _) = try open()
    host.now = host.now + .seconds(1)
    for _ in 0..<100 { peer.say(.rst, at: peer.sequence + 1) }
    #expect(peer.all().count == 1)
  }

  /// More half-open connections than allowed: the oldest is evicted, memory and slots stay bounded,
  /// and an honest peer still connects.
  @Test func synFlood() throws {
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    let free = host.freeBytes
    for port in UInt16(2000)..<2500 {
      peer.port = port
      peer.say(.syn)
      host.now = host.now + .milliseconds(1)
    }
    _ = peer.all()
    // Half-open connections have no buffers.
    #expect(host.freeBytes == free)
    #expect(host.counters.evicted == 500 - 8)
    peer.port = 3000
    #expect(peer.open(listener) != nil)
    // The flood's connections are given up in the end.
    peer.wait(.seconds(120))
    _ = peer.all()
    peer.port = 3001
    #expect(peer.open(listener) != nil)
    #expect(host.counters.evicted == 500 - 8 + 1)
  }

  @Test func backlog() throws {
    var settings = TCPSettings()
    settings.backlog = 3
    let listener = try host.stack.listen(port: 7, settings: settings)
    let peer = Peer(host)
    for port in UInt16(2000)..<2005 {
      peer.port = port
      peer.sequence = SequenceNumber(1000)
      peer.send(.syn)
      if let answer = peer.next()?.tcp {
        peer.acknowledgement = answer.sequence + 1
        peer.say(.ack)
      }
    }
    var accepted = 0
    while host.accept(listener) != nil { accepted += 1 }
    #expect(accepted == 3 && host.counters.refused == 2)
  }

  @Test func everyPlaceTaken() throws {
    let listener = try host.stack.listen(port: 7)
    let peer = Peer(host)
    var open: [TCPConnection] = []
    for port in UInt16(2000)..<2030 {
      peer.port = port
      peer.sequence = SequenceNumber(1000)
      if let connection = peer.open(listener) { open.append(connection) }
    }
    #expect(open.count == 20)
    #expect(throws: SocketError.noSocket) {
      try host.connect(to: Endpoint(peer.address, 80))
    }
    // Closed connections make room, even in TIME-WAIT.
    let first = try #require(open.first)
    peer.port = 2000
    host.close(first)
    peer.poll()
    _ = peer.all()
    peer.acknowledgement = SequenceNumber(0)
  }

  @Test func memoryIsUsedUp() throws {
    let small = Host { $0.bufferByteCount = 64 * 1024 }
    var settings = TCPSettings()
    settings.receiveByteCount = 16384
    settings.sendByteCount = 16384
    settings.leastByteCount = 4096
    let listener = try small.stack.listen(port: 7, settings: settings)
    let peer = Peer(small)
    var windows: [Int] = []
    for port in UInt16(2000)..<2010 {
      peer.port = port
      peer.sequence = SequenceNumber(1000)
      guard peer.open(listener) != nil else { continue }
      peer.send(.ack, [1])
      peer.wait(.milliseconds(50))
      windows.append(Int(peer.all().last?.tcp?.window ?? 0))
    }
    // Each gets the smallest buffers. Then there is no memory, and connections are refused without
    // a trap.
    #expect(windows.count == 8)
    #expect(small.counters.resetsOut > 0 && small.freeBytes == 0)
  }

  @Test func smallerWindows() throws {
    let small = Host {
      $0.bufferByteCount = 200 * 1024
      $0.connectionLimit = 16
    }
    let listener = try small.stack.listen(port: 7)
    let peer = Peer(small)
    var windows: [Int] = []
    for port in UInt16(2000)..<2016 {
      peer.port = port
      peer.sequence = SequenceNumber(1000)
      guard let connection = peer.open(listener) else { continue }
      windows.append(small.writable(connection))
    }
    #expect(windows.count == 16 && windows == windows.sorted(by: >))
    #expect(windows.first == 16384 && windows.last == 2048)
  }

  /// The window offered in a SYN's answer exists when the handshake is over, however little memory
  /// is left and however many handshakes are under way.
  @Test(arguments: [40, 64, 100, 200, 400])
  func theOfferIsKept(_ kilobytes: Int) throws {
    let small = Host {
      $0.bufferByteCount = kilobytes * 1024
      $0.connectionLimit = 8
    }
    let listener = try small.stack.listen(port: 7)
    let peer = Peer(small)
    var offers: [UInt16: (Int, SequenceNumber)] = [:]
    for port in UInt16(2000)..<2008 {
      peer.port = port
      peer.say(.syn, options: .segment(1460))
      let answer = try #require(peer.next()?.tcp)
      offers[port] = (Int(answer.window), answer.sequence)
    }
    for (port, (window, number)) in offers.sorted(by: { $0.key < $1.key }) {
      peer.port = port
      peer.say(.ack, at: SequenceNumber(1001), ack: number + 1)
      var sent = 0
      while sent < window {
        let count = min(1000, window - sent)
        peer.say(
          .ack, [UInt8](repeating: 5, count: count), at: SequenceNumber(1001) + sent,
          ack: number + 1)
        sent += count
      }
      let connection = try #require(small.accept(listener))
      #expect(small.readable(connection) == window, "port \(port)")
    }
    #expect(offers.values.allSatisfy { $0.0 >= 2048 })
  }

  /// If the buffer is larger than the SYN's answer could promise, the first data is acknowledged at
  /// once.
  @Test func aLargerWindowIsTold() throws {
    let small = Host {
      $0.bufferByteCount = 200 * 1024
      $0.connectionLimit = 16
    }
    _ = try small.stack.listen(port: 7)
    let peer = Peer(small)
    for port in UInt16(3000)..<3006 {
      peer.port = port
      peer.say(.syn)
    }
    _ = peer.all()
    peer.port = 2000
    peer.say(.syn, options: .segment(1460))
    let answer = try #require(peer.next()?.tcp)
    #expect(answer.window == 2048)
    peer.sequence = SequenceNumber(1001)
    peer.acknowledgement = answer.sequence + 1
    peer.say(.ack)
    #expect(peer.next() == nil)
    peer.send(.ack, [1])
    #expect(peer.next()?.tcp?.window == 16383)
  }

  /// Resets for stray segments are rate-limited, so that we cannot be used to flood others.
  @Test func resetsAreLimited() {
    let peer = Peer(host)
    for port in UInt16(2000)..<3000 {
      peer.port = port
      peer.say(.ack)
    }
    #expect(peer.all().count <= 50)
  }

  @Test func unreachable() throws {
    let peer = Peer(host)
    let connection = try host.connect(to: Endpoint(peer.address, 80), from: 5000)
    peer.poll()
    let syn = try #require(peer.next()?.tcp)
    func say(_ sequence: SequenceNumber, _ reason: ICMPMessage.Unreachable) {
      var message = [UInt8](repeating: 0, count: 36)
      message.withBytes { bytes in
        IPv4Header(
          source: peer.hostAddress, destination: peer.address, protocol: .tcp, payloadByteCount: 20
        ).write(to: &bytes, at: 8)
        bytes.put(UInt32(5000 << 16 | 80), at: 28)
        bytes.put(sequence.value, at: 32)
        ICMPMessage(.unreachable(reason)).write(to: &bytes, at: 0)
      }
      host.exchange(
        Make.ip(
          message, .icmp, from: peer.address, to: peer.hostAddress, at: host.hardware,
          by: peer.hardware))
    }
    // A message without a valid sequence number is ignored (RFC 5927).
    say(syn.sequence + 1, .portUnreachable)
    #expect(host.isOpen(connection))
    say(syn.sequence, .portUnreachable)
    #expect(host.failure(of: connection) == .refused)
  }

  @Test func smallerPath() throws {
    let (peer, connection, _) = try open()
    _ = host.write([UInt8](repeating: 1, count: 1000), to: connection)
    peer.poll()
    let first = try #require(peer.next())
    #expect(first.payload.count == 1000)
    var message = [UInt8](repeating: 0, count: 36)
    message.withBytes { bytes in
      IPv4Header(
        source: peer.hostAddress, destination: peer.address, protocol: .tcp, payloadByteCount: 20
      ).write(to: &bytes, at: 8)
      bytes.put(UInt32(7) << 16 | UInt32(peer.port), at: 28)
      bytes.put(peer.acknowledgement.value, at: 32)
      ICMPMessage(.unreachable(.fragmentationNeeded(nextHopMTU: 640))).write(to: &bytes, at: 0)
    }
    peer.hear(
      host.exchange(
        Make.ip(
          message, .icmp, from: IPv4Address(10, 0, 0, 254), to: peer.hostAddress,
          at: host.hardware, by: peer.hardware)))
    // Retransmitted at once in smaller segments.
    #expect(peer.all().map(\.payload.count) == [600, 400])
    #expect(host.isOpen(connection))
  }
}
