// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import TestSupport
import Testing
import Wire

/// Every parser accepts any input: random bytes, and valid messages with some bytes changed. What
/// is parsed can be written, and then parses to the same value.
@Suite struct FuzzTests {
  private var seeds: [[UInt8]] {
    let dhcp = DHCPMessageTests().acknowledgement()
    let dns = DNSTests().answer()
    let tcp = [UInt8].written(60) { frame in
      var options = TCPOptions()
      options.timestamps = .init(value: 1, echo: 2)
      options.mss = 1460
      options.blockCount = 2
      TCPHeader(
        sourcePort: 1, destinationPort: 2, sequence: SequenceNumber(3),
        acknowledgement: SequenceNumber(4), flags: .ack, window: 5,
        headerByteCount: 20 + options.byteCount
      ).write(to: &frame, at: 0)
      options.write(to: &frame, at: 20)
    }
    let ip = [UInt8].written(40) {
      IPv4Header(
        source: IPv4Address(1), destination: IPv4Address(2), protocol: .tcp, payloadByteCount: 20
      ).write(to: &$0, at: 0)
    }
    let routes: [UInt8] = [
      0, 10, 0, 2, 1, 32, 10, 0, 2, 1, 0, 0, 0, 0, 25, 10, 229, 0, 128, 10, 0, 2, 4,
    ]
    // With split options in all three places.
    var parts = Array(dhcp[..<240]) + [52, 1, 3, 53, 1, 5, 121, 9] + routes[..<9]
    parts +=
      [51, 2, 0, 1, 121, UInt8(routes.count - 9)] + routes[9...] + [249, 14] + routes[..<14] + [255]
    parts.replaceSubrange(108..<118, with: [51, 2, 0, 2, 3, 2, 10, 0, 255, 0])
    parts.replaceSubrange(44..<54, with: [3, 2, 2, 2, 6, 4, 10, 0, 2, 3])
    var tagged = [UInt8](repeating: 2, count: 12) + [0x81, 0, 0xe0, 0, 8, 0] + ip
    let arp = [UInt8].written(28) {
      ARPPacket(
        operation: .request, senderHardware: MACAddress(1), sender: IPv4Address(2),
        targetHardware: MACAddress(3), target: IPv4Address(4)
      ).write(to: &$0, at: 0)
    }
    tagged += arp
    return [dhcp, parts, dns, tcp, ip, tagged, arp]
  }

  private func parse(_ bytes: [UInt8]) {
    bytes.lend { span in
      if let ethernet = EthernetHeader(parsing: span) {
        #expect(
          [14, 18].contains(ethernet.headerByteCount) && ethernet.headerByteCount <= span.byteCount)
      }
      _ = ARPPacket(parsing: span)
      if let ip = IPv4Header(parsing: span) {
        #expect(ip.headerByteCount + ip.payloadByteCount <= span.byteCount)
      }
      _ = ICMPMessage(parsing: span)
      if let udp = UDPHeader(parsing: span) {
        #expect(8 + udp.payloadByteCount <= span.byteCount)
        _ = udp.isIntact(span, from: IPv4Address(1), to: IPv4Address(2))
      }
      if let tcp = TCPHeader(parsing: span) {
        _ = TCPOptions(parsing: span.extracting(20..<tcp.headerByteCount))
      }
      if let options = TCPOptions(parsing: span) {
        #expect(options.byteCount <= 40 && options.blockCount <= 4)
      }
      if let message = DHCPMessage(parsing: span) {
        let again = [UInt8].written(DHCPMessage.byteCount) { message.write(to: &$0, at: 0) }
        #expect(again.lend { DHCPMessage(parsing: $0)?.kind } == message.kind)
        #expect(message.malformedOptions >= 0 && message.mask != IPv4Address(0))
        if let routes = message.classlessRoutes {
          #expect(routes.router?.isHost != false && routes != IPv4Routes())
          _ = routes.nextHop(to: message.your, isFirstDead: true)
        }
      }
      var offset = 0
      if let name = DNSName(parsing: span, at: &offset) {
        #expect(name.byteCount <= 255 && offset <= span.byteCount)
        let again = [UInt8].written(name.byteCount) { name.write(to: &$0, at: 0) }
        var start = 0
        #expect(again.lend { DNSName(parsing: $0, at: &start) } == name)
      }
      let query = DNSQuery(parsing: span)
      if let wanted = query ?? DNSTests.wanted { _ = DNSAnswer(parsing: span, to: wanted) }
    }
  }

  @Test func anything() {
    var random = SeededGenerator(seed: 99)
    let seeds = seeds
    for _ in 0..<fuzzIterations(3000) {
      var bytes: [UInt8]
      if random.below(4) == 0 {
        bytes = (0..<random.below(400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      } else {
        bytes = seeds[random.below(seeds.count)]
        for _ in 0...random.below(6) where !bytes.isEmpty {
          bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
        }
        if random.below(3) == 0 { bytes.removeLast(random.below(bytes.count)) }
      }
      parse(bytes)
    }
  }
}

extension DNSTests {
  static var wanted: DNSQuery? {
    Array("a.bc".utf8).lend { DNSName(text: $0) }.map { DNSQuery(identifier: 0xabcd, name: $0) }
  }
}
