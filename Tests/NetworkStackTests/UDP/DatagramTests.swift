// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import TestSupport
import Testing
import Time
import Wire

/// IPv4, ICMP and UDP.
@Suite struct DatagramTests {
  let host = Host()
  let station = MACAddress(2, 0, 0, 0, 0, 0x77)
  let own = IPv4Address(10, 0, 0, 1)
  let other = IPv4Address(10, 0, 0, 5)

  private func frame(
    _ payload: [UInt8], port: UInt16 = 7, from source: IPv4Address? = nil,
    to destination: IPv4Address? = nil, at hardware: MACAddress? = nil,
    change: (inout IPv4Header) -> Void = { _ in }
  ) -> [UInt8] {
    let source = source ?? other
    let destination = destination ?? own
    return Make.ip(
      Make.udp(payload, from: (source, 4000), to: (destination, port)), .udp, from: source,
      to: destination, at: hardware ?? host.hardware, by: station, change: change)
  }

  private func read(_ socket: UDPSocket) -> ([UInt8], Endpoint)? {
    host.stack.readDatagram(socket) { ($0.array, $1) }
  }

  @Test func queued() throws {
    let socket = try host.stack.bind(port: 7, queueByteCount: 1024, tag: 5)
    host.exchange(frame([1, 2, 3]))
    host.exchange(frame([]))
    host.exchange(frame([4]))
    #expect(
      host.events.map(\.socket) == [.datagrams(socket), .datagrams(socket), .datagrams(socket)])
    #expect(host.events.first?.tag == 5)
    #expect(read(socket).map { $0.0 == [1, 2, 3] && $0.1 == Endpoint(other, 4000) } == true)
    #expect(read(socket)?.0 == [])
    #expect(read(socket)?.0 == [4])
    #expect(read(socket)?.0 == nil)
  }

  @Test func fullQueue() throws {
    let socket = try host.stack.bind(port: 7, queueByteCount: 1024)
    var random = SeededGenerator(seed: 1)
    var kept: [[UInt8]] = []
    for _ in 0..<2000 {
      if random.chance(600) {
        let payload = random.bytes(random.below(400))
        let before = host.counters.datagramsDropped
        host.exchange(frame(payload))
        if host.counters.datagramsDropped == before { kept.append(payload) }
      } else {
        let wanted = kept.isEmpty ? nil : kept.removeFirst()
        #expect(read(socket)?.0 == wanted)
      }
    }
    #expect(host.counters.datagramsDropped > 100)
    // A datagram larger than the queue is dropped too, and does not block it.
    while read(socket) != nil {}
    host.exchange(frame([UInt8](repeating: 1, count: 1200)))
    host.exchange(frame([9]))
    #expect(read(socket)?.0 == [9])
  }

  @Test func direct() throws {
    let socket = try host.stack.bind(port: 7, isDirect: true, tag: 3)
    host.exchange(frame([1, 2, 3]))
    #expect(host.deliveries.map(\.1) == [[1, 2, 3]] && host.events.isEmpty)
    guard case .datagram(let name, let tag, let from, _) = try #require(host.deliveries.first).0
    else {
      Issue.record("no datagram")
      return
    }
    #expect(name == socket && tag == 3 && from == Endpoint(other, 4000))
  }

  @Test func badChecksums() throws {
    let socket = try host.stack.bind(port: 7)
    let good = frame([1, 2, 3])
    for index in 14..<good.count {
      var bad = good
      bad[index] ^= 0x10
      host.exchange(bad)
      #expect(read(socket)?.0 == nil, "byte \(index)")
    }
    host.exchange(good)
    #expect(read(socket)?.0 == [1, 2, 3])
    // A device that has verified the checksum saves the work.
    var bad = good
    bad[44] ^= 1
    _ = host.stack.receive(bad.span.bytes, isChecked: true, now: host.now, into: &host.output)
    #expect(read(socket)?.0 == [1, 2, 2])
  }

  @Test func everyLength() throws {
    let socket = try host.stack.bind(port: 7)
    let whole = frame([1, 2, 3, 4, 5])
    for count in 0..<whole.count {
      host.exchange(Array(whole[..<count]))
      #expect(read(socket)?.0 == nil)
    }
    // With the padding of a short frame.
    host.exchange(whole + [0, 0, 0, 0, 0, 0, 0])
    #expect(read(socket)?.0 == [1, 2, 3, 4, 5])
  }

  @Test func othersPackets() throws {
    let socket = try host.stack.bind(port: 7)
    host.exchange(frame([1], at: MACAddress(2, 0, 0, 0, 0, 2)))
    host.exchange(frame([1], to: IPv4Address(10, 0, 0, 2)))
    host.exchange(frame([1], to: IPv4Address(224, 0, 0, 1)))
    for source in [
      own, .broadcast, IPv4Address(10, 0, 0, 255), IPv4Address(127, 0, 0, 1),
      IPv4Address(224, 0, 0, 1), IPv4Address(0), IPv4Address(255, 0, 0, 1),
    ] {
      host.exchange(frame([1], from: source))
    }
    #expect(read(socket)?.0 == nil && host.output.frames.isEmpty)
    // Broadcasts are for us too.
    host.exchange(frame([2], to: .broadcast, at: .broadcast))
    host.exchange(frame([3], to: IPv4Address(10, 0, 0, 255), at: .broadcast))
    #expect(read(socket)?.0 == [2])
    #expect(read(socket)?.0 == [3])
  }

  @Test func portUnreachable() throws {
    let answer = host.exchange(frame([1, 2, 3], port: 99))
    let packet = try #require(answer.first.flatMap { Packet($0) })
    #expect(packet.icmp == ICMPMessage(.unreachable(.portUnreachable)))
    #expect(packet.ip?.destination == other && packet.ethernet.destination == station)
    // The header and 8 bytes of the offending packet.
    #expect(packet.payload.count == 28 && packet.payload[9] == 17)
    #expect(Array(packet.payload[20..<24]) == [0x0f, 0xa0, 0, 99])
    // Not for broadcasts, and rate-limited.
    #expect(host.exchange(frame([1], port: 99, to: .broadcast, at: .broadcast)).isEmpty)
    var answers = 0
    for _ in 0..<500 { answers += host.exchange(frame([1], port: 99)).count }
    #expect(answers < 60)
  }

  @Test func protocolUnreachable() throws {
    let frame = Make.ip(
      [1, 2, 3, 4, 5, 6, 7, 8], IPProtocol(99), from: other, to: own, at: host.hardware, by: station
    )
    let packet = try #require(host.exchange(frame).first.flatMap { Packet($0) })
    #expect(packet.icmp == ICMPMessage(.unreachable(.protocolUnreachable)))
  }

  private func ping(
    _ data: [UInt8], to destination: IPv4Address? = nil, at hardware: MACAddress? = nil
  ) -> [UInt8] {
    var message = [UInt8](repeating: 0, count: 8) + data
    message.withBytes {
      ICMPMessage(.echoRequest(identifier: 7, sequence: 9)).write(to: &$0, at: 0)
    }
    return Make.ip(
      message, .icmp, from: other, to: destination ?? own, at: hardware ?? host.hardware,
      by: station)
  }

  @Test func echo() throws {
    for count in [0, 1, 56, 1472] {
      let data = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      let packet = try #require(host.exchange(ping(data)).first.flatMap { Packet($0) })
      #expect(packet.icmp == ICMPMessage(.echoReply(identifier: 7, sequence: 9)))
      #expect(packet.payload == data && packet.ip?.destination == other)
    }
    #expect(host.exchange(ping([1], to: IPv4Address(10, 0, 0, 255), at: .broadcast)).isEmpty)
    var bad = ping([1, 2])
    bad[40] ^= 1
    #expect(host.exchange(bad).isEmpty && host.counters.malformed == 1)
  }

  /// Pings that arrive in fragments, or whose answer exceeds a smaller MTU, are answered with all
  /// of their data (RFC 1122, 3.2.2.6).
  @Test func longEcho() throws {
    for (count, unit) in [
      (1473, 1500), (4000, 1500), (8184, 1500), (1472, 1400), (3000, 576), (2952, 1500),
    ] {
      let host = Host { $0.mtu = unit }
      let data = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let message = Array(ping(data)[34...])
      var answers: [[UInt8]] = []
      for start in stride(from: 0, to: message.count, by: 1480) {
        let end = min(start + 1480, message.count)
        answers += host.exchange(
          Make.ip(
            Array(message[start..<end]), .icmp, from: other, to: own, at: host.hardware, by: station
          ) {
            $0.identification = 77
            $0.fragmentField = UInt16(start / 8) | (end < message.count ? 0x2000 : 0)
          })
      }
      var whole = [UInt8](repeating: 0, count: message.count)
      var sum = 0
      for frame in answers {
        let header = try #require(
          frame.lend { IPv4Header(parsing: $0.extracting(14..<$0.byteCount)) })
        #expect(
          header.identification == 77 && header.destination == other && !header.isUnfragmentable)
        #expect(frame.count == 34 + header.payloadByteCount && frame.count <= 14 + unit)
        let end = header.fragmentOffset + header.payloadByteCount
        #expect(header.hasMoreFragments == (end < message.count))
        whole.replaceSubrange(header.fragmentOffset..<end, with: frame[34...])
        sum += header.payloadByteCount
      }
      #expect(sum == message.count)
      let reply = try #require(
        whole.lend { ICMPMessage(parsing: $0) }, "\(count) bytes, unit \(unit)")
      #expect(
        reply == ICMPMessage(.echoReply(identifier: 7, sequence: 9)) && Array(whole[8...]) == data)
    }
  }

  /// A tag with VLAN 0 only carries a priority (IEEE 802.1Q): the frame is ours. Frames of a VLAN
  /// are not.
  @Test func priorityTags() throws {
    func tagged(_ frame: [UInt8], _ tag: UInt16) -> [UInt8] {
      frame[..<12] + [0x81, 0, UInt8(tag >> 8), UInt8(tag & 0xff)] + frame[12...]
    }
    let socket = try host.stack.bind(port: 7, isDirect: true)
    for tag in [0x0000, 0x2000, 0xe000, 0x1000] as [UInt16] {
      host.deliveries = []
      host.exchange(tagged(frame([1, 2, 3]), tag))
      #expect(host.deliveries.map(\.1) == [[1, 2, 3]], "tag \(tag)")
    }
    let reply = try #require(
      host.exchange(tagged(ping([4, 5]), 0xe000)).first.flatMap { Packet($0) })
    #expect(reply.icmp != nil && reply.payload == [4, 5] && reply.ethernet.type == .ipv4)
    host.deliveries = []
    for tag in [0x0001, 0x2fff, 0xe064] as [UInt16] {
      #expect(host.exchange(tagged(frame([1]), tag)).isEmpty && host.deliveries.isEmpty)
    }
    // Truncated anywhere, and tagged twice.
    let whole = tagged(frame([1, 2, 3, 4, 5]), 0)
    for count in 0..<whole.count { host.exchange(Array(whole[..<count])) }
    host.exchange(tagged(whole, 0))
    #expect(host.deliveries.isEmpty)
    host.stack.close(socket)
  }

  @Test func sending() throws {
    let socket = try host.stack.bind()
    let port = host.stack.port(of: socket) ?? 0
    #expect(port >= 0xc000)
    host.exchange(ping([]))
    #expect(
      host.send([UInt8](repeating: 0, count: 1473), to: Endpoint(.broadcast, 9), from: socket)
        == .tooLong)
    #expect(
      host.send([UInt8](repeating: 0, count: 1472), to: Endpoint(.broadcast, 9), from: socket)
        == .sent)
    host.output.limit = 0
    #expect(host.send([1], to: Endpoint(.broadcast, 9), from: socket) == .noBuffer)
    host.stack.close(socket)
    #expect(host.send([1], to: Endpoint(.broadcast, 9), from: socket) == .closed)
    #expect(host.freeBytes == Host.budget)
  }

  @Test func ports() throws {
    _ = try host.stack.bind(port: 7)
    do {
      _ = try host.stack.bind(port: 7)
      Issue.record("bound twice")
    } catch { #expect(error == .portInUse) }
    for _ in 0..<7 { _ = try host.stack.bind() }
    do {
      _ = try host.stack.bind()
      Issue.record("more sockets than there are")
    } catch { #expect(error == .noSocket) }
  }

  /// IP options are skipped (RFC 1122, 3.2.1.8) in front of UDP, TCP and ICMP.
  @Test func ipOptions() throws {
    let socket = try host.stack.bind(port: 7)
    let listener = try host.stack.listen(port: 7)
    let own = IPv4Address(10, 0, 0, 1)
    let peer = Peer(host)
    let other = peer.address
    let station = peer.hardware
    func frame(_ carried: [UInt8], _ protocol: IPProtocol) -> [UInt8] {
      // A record route of seven bytes, and the end of the list.
      let options: [UInt8] = [7, 7, 4, 10, 0, 0, 1, 0]
      var frame = Make.ip(
        options + carried, `protocol`, from: other, to: own, at: host.hardware, by: station)
      frame[14] = 0x47
      frame[24] = 0
      frame[25] = 0
      var sum = InternetChecksum()
      frame[14..<42].withUnsafeBytes { sum.add(unsafe RawSpan(_unsafeBytes: $0)) }
      frame[24] = UInt8(sum.value >> 8)
      frame[25] = UInt8(sum.value & 0xff)
      return frame
    }
    host.exchange(frame(Make.udp([1, 2, 3], from: (other, 4000), to: (own, 7)), .udp))
    let read = host.stack.readDatagram(socket) { bytes, _ in bytes.array }
    #expect(read == [1, 2, 3])
    var ping: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 9, 9]
    ping.withBytes {
      ICMPMessage(.echoRequest(identifier: 1, sequence: 2)).write(to: &$0, at: 0)
    }
    let reply = try #require(host.exchange(frame(ping, .icmp)).compactMap { Packet($0) }.first)
    #expect(reply.icmp?.kind == .echoReply(identifier: 1, sequence: 2) && reply.payload == [9, 9])
    let syn = TCPHeader(
      sourcePort: 4000, destinationPort: 7, sequence: SequenceNumber(5),
      acknowledgement: SequenceNumber(0), flags: .syn, window: 1000)
    let answer = host.exchange(frame(Make.tcp(syn, from: other, to: own), .tcp)).compactMap {
      Packet($0)
    }
    #expect(answer.map { $0.tcp?.flags } == [.syn | .ack])
    #expect(host.accept(listener) == nil && host.counters.malformed == 0)
  }
}
