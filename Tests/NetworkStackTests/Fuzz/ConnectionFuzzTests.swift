// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import TestSupport
import Testing
import Time
import Wire

@testable import NetworkStack

/// A whole stack under random segments: near the expected numbers, with any flags and options,
/// between calls of its owner in any order, with neighbours that answer or do not, changing
/// addresses, and a link that comes and goes. Nothing traps, invariants hold after each step,
/// memory is returned, and no connection lives forever or stalls without a reason.
@Suite struct ConnectionFuzzTests {
  private struct Flow {
    var port: UInt16
    var hostPort: UInt16
    var sequence = SequenceNumber(0)
    var acknowledgement = SequenceNumber(0)
    /// The station at the other end, and whether it uses timestamps.
    var station: UInt8 = 9
    var hasTimestamps = true
  }

  @Test func anySegments() throws {
    for seed in 0..<UInt64(fuzzIterations(60)) { try run(seed) }
  }

  private func run(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &* 77 &+ 5)
    let host = Host { configuration in
      configuration.connectionLimit = 6
      configuration.halfOpenLimit = 3
      configuration.bufferByteCount = 1 << 16
    }
    host.takes = random.chance(500) ? Int.max : random.below(100)
    var settings = TCPSettings()
    settings.receiveByteCount = 1024 << random.below(5)
    settings.sendByteCount = 1024 << random.below(5)
    settings.leastByteCount = 1024
    settings.isDirect = random.chance(500)
    settings.isImmediate = random.chance(500)
    settings.keepAlive = random.chance(300) ? .seconds(100) : .zero
    settings.idleLimit = random.chance(300) ? .seconds(300) : .zero
    let listener = try host.stack.listen(port: 7, settings: settings)
    let peer = Peer(host)
    var flows = (0..<4).map {
      Flow(
        port: UInt16(1000 + $0), hostPort: 7, station: UInt8(9 + random.below(3)),
        hasTimestamps: random.chance(700))
    }
    var open: [TCPConnection] = []
    for _ in 0..<400 {
      switch random.below(13) {
      case 0...6:
        let index = random.below(flows.count)
        let segment = segment(&flows[index], &random, peer, host)
        let heard = host.exchange(segment)
        follow(heard, &flows)
      case 7:
        let interval = Interval(nanoseconds: random.next() >> UInt64(24 + random.below(30)))
        follow(host.wait(interval).frames, &flows)
      case 8:
        if let connection = host.accept(listener) { open.append(connection) }
        if random.chance(200),
          let connection = try? host.connect(
            to: Endpoint(
              IPv4Address(10, 0, 0, UInt8(9 + random.below(3))), UInt16(1000 + random.below(4))),
            settings: settings)
        {
          open.append(connection)
          host.poll()
          for frame in host.output.frames {
            if let tcp = Packet(frame)?.tcp, tcp.flags.has(.syn) {
              flows[random.below(flows.count)] = Flow(
                port: tcp.destinationPort, hostPort: tcp.sourcePort,
                acknowledgement: tcp.sequence + 1, hasTimestamps: random.chance(700))
            }
          }
          follow(host.output.drain(), &flows)
        }
      case 9: try changeLink(host, peer, &random)
      default:
        guard !open.isEmpty else { continue }
        let index = random.below(open.count)
        act(host, open[index], &random)
        host.poll()
        follow(host.output.drain(), &flows)
        if !host.isOpen(open[index]), random.chance(500) {
          host.close(open[index])
          open.remove(at: index)
        }
      }
      host.poll()
      if let fault = host.fault ?? (host.isBlocked ? nil : host.stack.stalledConnection()) {
        Issue.record("seed \(seed): \(fault)")
        return
      }
      follow(host.output.drain(), &flows)
      host.output.limit = random.chance(50) ? 0 : .max
    }
    host.output.limit = .max
    for connection in open { host.stack.abort(connection) }
    host.stack.close(listener)
    host.wait(.seconds(7200))
    let free = host.freeBytes
    guard free == 1 << 16, host.nextDeadline == .never else {
      Issue.record("seed \(seed): \(free) bytes free, next deadline \(host.nextDeadline)")
      return
    }
  }

  /// A neighbour announces itself or asks; now and then the link or the host's address changes.
  private func changeLink(_ host: Host, _ peer: Peer, _ random: inout SeededGenerator) throws {
    switch random.below(10) {
    case 0: host.stack.linkChanged(isUp: random.chance(600), now: host.now)
    case 1:
      let last = UInt8(1 + random.below(2))
      let network = IPv4Network(address: IPv4Address(10, 0, 0, last), prefixLength: 24)
      host.stack.setAddress(try #require(network), gateway: nil)
      peer.hostAddress = IPv4Address(10, 0, 0, last)
    default:
      var frame = [UInt8](repeating: 0, count: 42)
      let hardware = MACAddress(2, 0, 0, 0, 0, UInt8(0x99 + random.below(2)))
      frame.withBytes { bytes in
        EthernetHeader(destination: host.hardware, source: hardware, type: .arp).write(to: &bytes)
        ARPPacket(
          operation: random.chance(500) ? .reply : .request, senderHardware: hardware,
          sender: IPv4Address(10, 0, 0, UInt8(9 + random.below(120))),
          targetHardware: host.hardware, target: peer.hostAddress
        ).write(to: &bytes, at: 14)
      }
      host.receive(frame)
    }
    host.poll()
  }

  private func act(_ host: Host, _ connection: TCPConnection, _ random: inout SeededGenerator) {
    switch random.below(20) {
    case 0: host.stack.finishSending(connection)
    case 1: host.close(connection)
    case 2: host.stack.abort(connection)
    case 3...10: _ = host.write(random.bytes(random.below(3000)), to: connection)
    default:
      var buffer = [UInt8](repeating: 0, count: 1 + random.below(2000))
      _ = buffer.withBytes { host.stack.read(connection, into: &$0) }
    }
  }

  /// Follows the host's segments, so that most random ones fall near what it expects.
  private func follow(_ frames: [[UInt8]], _ flows: inout [Flow]) {
    for frame in frames {
      guard let packet = Packet(frame) else {
        Issue.record("the host sent something malformed: \(frame)")
        return
      }
      guard let tcp = packet.tcp else { continue }
      for index in flows.indices
      where flows[index].port == tcp.destinationPort && flows[index].hostPort == tcp.sourcePort {
        let length = packet.payload.count + (tcp.flags.has(.syn) || tcp.flags.has(.fin) ? 1 : 0)
        flows[index].acknowledgement = tcp.sequence + length
        if tcp.flags.has(.ack) { flows[index].sequence = tcp.acknowledgement }
      }
    }
  }

  private func near(_ number: SequenceNumber, _ random: inout SeededGenerator) -> SequenceNumber {
    switch random.below(10) {
    case 0: SequenceNumber(UInt32(truncatingIfNeeded: random.next()))
    case 1: number + (random.below(70_000) - 35_000)
    case 2, 3: number + (random.below(3000) - 1500)
    default: number
    }
  }

  private func segment(
    _ flow: inout Flow, _ random: inout SeededGenerator, _ peer: Peer, _ host: Host
  ) -> [UInt8] {
    peer.address = IPv4Address(10, 0, 0, flow.station)
    peer.port = flow.port
    peer.hostPort = flow.hostPort
    peer.window =
      random.chance(200) ? 0 : UInt16(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
    let flags: TCPFlags
    switch random.below(20) {
    case 0...2: flags = .syn
    case 3: flags = .syn | .ack
    case 4: flags = .rst
    case 5...6: flags = .fin | .ack
    case 7: flags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: random.next()) & 0x3f)
    default: flags = .ack
    }
    let sequence = near(flow.sequence, &random)
    let ack = near(flow.acknowledgement, &random)
    var options = TCPOptions()
    if flow.hasTimestamps && (random.chance(700) || flags.has(.syn)) {
      options.timestamps = .init(
        value: host.now.nanoseconds32 &- UInt32(random.below(100)),
        echo: UInt32(truncatingIfNeeded: random.next()))
    }
    if flags.has(.syn) || random.chance(30) {
      if random.chance(700) { options.mss = UInt16(random.below(2000)) }
      if random.chance(700) { options.windowScale = UInt8(random.below(15)) }
      options.permitsSACK = random.chance(700)
    }
    if random.chance(200) {
      options.blockCount = 1 + random.below(3)
      for index in 0..<options.blockCount {
        let start = near(flow.acknowledgement, &random) + (random.below(6000) - 4000)
        options.blocks[index] = SequenceRange(start, start + random.below(3000))
      }
    }
    var frame = peer.frame(
      flags, random.chance(500) ? random.bytes(random.below(1400)) : [], at: sequence, ack: ack,
      options: options)
    if random.chance(30) {
      // Damage something other than the numbers.
      frame[14 + random.below(frame.count - 14)] ^= UInt8(1 << random.below(8))
    }
    return frame
  }

  /// Random frames, and valid ones with a few bytes changed.
  @Test func anyFrames() throws {
    var random = SeededGenerator(seed: 4711)
    let host = Host { $0.connectionLimit = 8 }
    _ = try host.stack.listen(port: 7)
    let socket = try host.stack.bind(port: 9, isDirect: true)
    let peer = Peer(host)
    let station = peer.hardware
    let own = IPv4Address(10, 0, 0, 1)
    var seeds = [peer.frame(.syn, options: .segment(1000, scale: 1, selective: true))]
    for (port, count) in [(UInt16(9), 100), (99, 8), (68, 300), (53, 40)] {
      seeds.append(
        Make.ip(
          Make.udp(random.bytes(count), from: (peer.address, port), to: (own, port)), .udp,
          from: peer.address, to: own, at: host.hardware, by: station))
      seeds.append(
        Make.ip(
          random.bytes(64), .udp, from: peer.address, to: own, at: host.hardware, by: station
        ) { $0.fragmentField = UInt16(truncatingIfNeeded: random.next()) & 0x3fff })
    }
    seeds.append(
      Make.ip(
        [8, 0, 0, 0] + random.bytes(40), .icmp, from: peer.address, to: own, at: host.hardware,
        by: station))
    for _ in 0..<fuzzIterations(20_000) {
      var frame = seeds[random.below(seeds.count)]
      for _ in 0..<random.below(4) {
        frame[random.below(frame.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.chance(100) { frame.removeLast(random.below(frame.count)) }
      if random.chance(20) { frame = random.bytes(random.below(1514)) }
      let delivery = host.stack.receive(
        frame.span.bytes, isChecked: random.chance(800), now: host.now, into: &host.output)
      host.checkInvariants()
      guard host.fault == nil else { return }
      switch delivery {
      case .nothing: break
      case .datagram(_, _, _, let range), .stream(_, _, let range):
        #expect(range.start >= 14 && range.count >= 0 && range.end <= frame.count)
      }
      if random.chance(100) {
        host.now = host.now + Interval(nanoseconds: random.next() % 3_000_000_000)
        host.poll()
      }
      for sent in host.output.drain() where Packet(sent) == nil {
        Issue.record("the host sent something malformed: \(sent)")
        return
      }
      while host.stack.readDatagram(socket, { _, _ in 0 }) != nil {}
    }
  }
}

extension Instant {
  fileprivate var nanoseconds32: UInt32 { UInt32(truncatingIfNeeded: nanoseconds / 1_000_000) }
}
