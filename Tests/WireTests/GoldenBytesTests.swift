// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing
import Wire

/// Bytes from another implementation, parsed and written, and each truncation of them.
@Suite struct GoldenBytesTests {
  let source = IPv4Address(192, 0, 2, 1)
  let destination = IPv4Address(198, 51, 100, 7)

  @Test func ethernet() {
    let bytes: [UInt8] = [
      0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00,
    ]
    let header = EthernetHeader(
      destination: MACAddress(0x5254_0012_3456), source: MACAddress(0x0200_0000_0001), type: .ipv4)
    #expect(bytes.lend { EthernetHeader(parsing: $0) == header })
    #expect([UInt8].written(14) { header.write(to: &$0) } == bytes)
    #expect(truncations(bytes, least: 14) { EthernetHeader(parsing: $0) != nil })
    // An IEEE 802.3 length.
    #expect((bytes[..<12] + [0x05, 0xdc]).withSpanIsNil)
  }

  @Test func arp() {
    let bytes: [UInt8] = [
      0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0xc0,
      0x00, 0x02, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc6, 0x33, 0x64, 0x07,
    ]
    let packet = ARPPacket(
      operation: .reply, senderHardware: MACAddress(0x0200_0000_0001), sender: source,
      targetHardware: MACAddress(0x5254_0012_3456), target: destination)
    #expect(bytes.lend { ARPPacket(parsing: $0) == packet })
    #expect([UInt8].written(28) { packet.write(to: &$0, at: 0) } == bytes)
    #expect(truncations(bytes, least: 28) { ARPPacket(parsing: $0) != nil })
    for index in 0..<8 {
      var other = bytes
      other[index] ^= 0x40
      #expect(other.lend { ARPPacket(parsing: $0) == nil }, "byte \(index)")
    }
  }

  @Test func ipv4() throws {
    let bytes: [UInt8] = [
      0x45, 0x00, 0x00, 0x1d, 0x12, 0x34, 0x40, 0x00, 0x40, 0x11, 0x3c, 0x60, 0xc0, 0x00, 0x02,
      0x01, 0xc6, 0x33, 0x64, 0x07,
    ]
    var header = IPv4Header(
      source: source, destination: destination, protocol: .udp, payloadByteCount: 9)
    header.identification = 0x1234
    let whole = bytes + [UInt8](repeating: 7, count: 9)
    #expect(whole.lend { IPv4Header(parsing: $0) == header })
    #expect([UInt8].written(20) { header.write(to: &$0, at: 0) } == bytes)
    #expect(truncations(whole, least: 29) { IPv4Header(parsing: $0) != nil })
    // Any flipped bit shows in the checksum or in the lengths.
    for bit in 0..<160 {
      var other = whole
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(other.lend { IPv4Header(parsing: $0) == nil }, "bit \(bit)")
    }
  }

  /// Wikipedia's example, for an independent checksum.
  @Test func ipv4Checksum() {
    let bytes: [UInt8] =
      [
        0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0x00,
        0x01, 0xc0, 0xa8, 0x00, 0xc7,
      ] + [UInt8](repeating: 0, count: 0x73 - 20)
    #expect(bytes.lend { IPv4Header(parsing: $0)?.payloadByteCount == 0x73 - 20 })
  }

  @Test func ipv4Options() throws {
    // A header of 24 bytes: one option word (a full record route).
    var bytes: [UInt8] = [
      0x46, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x00, 0x40, 0x01, 0x00, 0x00, 0xc0, 0x00, 0x02,
      0x01, 0xc6, 0x33, 0x64, 0x07, 0x07, 0x03, 0x04, 0x00,
    ]
    var checksum = InternetChecksum()
    bytes.lend { checksum.add($0) }
    bytes[10] = UInt8(checksum.value >> 8)
    bytes[11] = UInt8(truncatingIfNeeded: checksum.value)
    bytes += [1, 2, 3, 4]
    let header = try #require(bytes.lend { IPv4Header(parsing: $0) })
    #expect(header.headerByteCount == 24 && header.payloadByteCount == 4)
    #expect(truncations(bytes, least: 28) { IPv4Header(parsing: $0) != nil })
  }

  @Test func fragmentFields() {
    var header = IPv4Header(
      source: source, destination: destination, protocol: .udp, payloadByteCount: 8)
    #expect(!header.isFragment && header.isUnfragmentable)
    header.fragmentField = 0x2000
    #expect(header.isFragment && header.hasMoreFragments && header.fragmentOffset == 0)
    header.fragmentField = 0x00b9
    #expect(header.isFragment && !header.hasMoreFragments && header.fragmentOffset == 1480)
  }

  @Test func icmp() {
    let ping: [UInt8] = [
      0x08, 0x00, 0xe5, 0xf3, 0x12, 0x34, 0x00, 0x07, 0x70, 0x69, 0x6e, 0x67, 0x21,
    ]
    let message = ICMPMessage(.echoRequest(identifier: 0x1234, sequence: 7))
    #expect(ping.lend { ICMPMessage(parsing: $0) == message })
    #expect(
      [UInt8].written(13) { bytes in
        Array("ping!".utf8).lend { bytes.copy($0, to: 8) }
        message.write(to: &bytes, at: 0)
      } == ping)
    #expect(truncations(ping, least: 13) { ICMPMessage(parsing: $0) != nil })
    let tooBig: [UInt8] = [
      0x03, 0x04, 0x36, 0x33, 0x00, 0x00, 0x05, 0x78, 0x45, 0x00, 0x00, 0x78, 0x12, 0x34, 0x40,
      0x00, 0x40, 0x06, 0x3c, 0x10, 0xc0, 0x00, 0x02, 0x01, 0xc6, 0x33, 0x64, 0x07, 0x00, 0x50,
      0xc0, 0x00, 0x01, 0x00, 0x00, 0x00,
    ]
    let wanted = ICMPMessage(.unreachable(.fragmentationNeeded(nextHopMTU: 1400)))
    #expect(tooBig.lend { ICMPMessage(parsing: $0) == wanted })
    // The end is zeros, which a checksum cannot miss.
    #expect(truncations(tooBig, least: 33) { ICMPMessage(parsing: $0) != nil })
    for kind in [
      ICMPMessage.Kind.echoReply(identifier: 1, sequence: 2), .unreachable(.portUnreachable),
      .unreachable(.protocolUnreachable), .unreachable(.other(code: 1)), .timeExceeded(code: 1),
      .other(type: 13, code: 0),
    ] {
      let bytes = [UInt8].written(8) { ICMPMessage(kind).write(to: &$0, at: 0) }
      #expect(bytes.lend { ICMPMessage(parsing: $0) == ICMPMessage(kind) })
    }
  }

  @Test func udp() throws {
    let bytes: [UInt8] = [
      0x14, 0xe9, 0x00, 0x07, 0x00, 0x0d, 0xba, 0xd5, 0x68, 0x65, 0x6c, 0x6c, 0x6f,
    ]
    let header = try #require(bytes.lend { UDPHeader(parsing: $0) })
    #expect(
      header.sourcePort == 5353 && header.destinationPort == 7 && header.payloadByteCount == 5)
    #expect(bytes.lend { header.isIntact($0, from: source, to: destination) })
    #expect(bytes.lend { !header.isIntact($0, from: source, to: source) })
    #expect(
      [UInt8].written(13) { frame in
        Array("hello".utf8).lend { frame.copy($0, to: 8) }
        UDPHeader(sourcePort: 5353, destinationPort: 7, payloadByteCount: 5)
          .write(to: &frame, at: 0, from: source, to: destination)
      } == bytes)
    #expect(truncations(bytes, least: 13) { UDPHeader(parsing: $0) != nil })
    // A missing checksum is allowed; a length below the header's is not.
    var other = bytes
    other[6] = 0
    other[7] = 0
    #expect(
      other.lend { UDPHeader(parsing: $0)?.isIntact($0, from: source, to: destination) } == true)
    other[5] = 7
    #expect(other.lend { UDPHeader(parsing: $0) == nil })
  }

  /// A checksum of zero is sent as ffff, since 0000 means that there is none.
  @Test func udpChecksumOfZero() throws {
    // The payload complements the sum of everything else.
    let zero = IPv4Address(0)
    let bytes = [UInt8].written(10) { frame in
      frame.put(UInt16(0xffff - 17 - 10 - 10), at: 8)
      UDPHeader(sourcePort: 0, destinationPort: 0, payloadByteCount: 2)
        .write(to: &frame, at: 0, from: zero, to: zero)
    }
    #expect(bytes[6] == 0xff && bytes[7] == 0xff)
    #expect(bytes.lend { UDPHeader(parsing: $0)?.isIntact($0, from: zero, to: zero) } == true)
  }

  @Test func tcpSyn() throws {
    // As Linux sends it.
    let bytes: [UInt8] = [
      0xc0, 0x00, 0x00, 0x50, 0xde, 0xad, 0xbe, 0xef, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x02, 0xfa,
      0xf0, 0xfe, 0xde, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a, 0x01, 0x02,
      0x03, 0x04, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x07,
    ]
    let header = try #require(bytes.lend { TCPHeader(parsing: $0) })
    #expect(
      header
        == TCPHeader(
          sourcePort: 49152, destinationPort: 80, sequence: SequenceNumber(0xdead_beef),
          acknowledgement: SequenceNumber(0), flags: .syn, window: 64240, headerByteCount: 40))
    #expect(bytes.lend { TCPHeader.isIntact($0, from: source, to: destination) })
    let options = try #require(bytes.lend { TCPOptions(parsing: $0.extracting(20..<40)) })
    #expect(options.mss == 1460 && options.windowScale == 7)
    #expect(options.permitsSACK && options.blockCount == 0)
    #expect(options.timestamps == .init(value: 0x0102_0304, echo: 0))
    #expect(truncations(bytes, least: 40) { TCPHeader(parsing: $0) != nil })
    for bit in 0..<bytes.count * 8 {
      var other = bytes
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(other.lend { !TCPHeader.isIntact($0, from: source, to: destination) }, "bit \(bit)")
    }
  }

  @Test func tcpData() throws {
    let bytes: [UInt8] = [
      0x00, 0x50, 0xc0, 0x00, 0x01, 0x00, 0x00, 0x00, 0xde, 0xad, 0xbe, 0xf0, 0xd0, 0x18, 0x01,
      0xf5, 0xd6, 0xa2, 0x00, 0x00, 0x01, 0x01, 0x08, 0x0a, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
      0x77, 0x88, 0x01, 0x01, 0x05, 0x12, 0x00, 0x00, 0x03, 0xe8, 0x00, 0x00, 0x07, 0xd0, 0x00,
      0x00, 0x0b, 0xb8, 0x00, 0x00, 0x0f, 0xa0, 0x61, 0x62, 0x63,
    ]
    var options = TCPOptions()
    options.timestamps = .init(value: 0x1122_3344, echo: 0x5566_7788)
    options.blockCount = 2
    options.blocks[0] = SequenceRange(SequenceNumber(1000), SequenceNumber(2000))
    options.blocks[1] = SequenceRange(SequenceNumber(3000), SequenceNumber(4000))
    #expect(options.byteCount == 32)
    #expect(bytes.lend { TCPOptions(parsing: $0.extracting(20..<52)) == options })
    let header = TCPHeader(
      sourcePort: 80, destinationPort: 49152, sequence: SequenceNumber(0x0100_0000),
      acknowledgement: SequenceNumber(0xdead_bef0), flags: .psh | .ack, window: 501,
      headerByteCount: 52)
    #expect(bytes.lend { TCPHeader(parsing: $0) == header })
    #expect(
      [UInt8].written(55) { frame in
        header.write(to: &frame, at: 0)
        options.write(to: &frame, at: 20)
        Array("abc".utf8).lend { frame.copy($0, to: 52) }
        TCPHeader.seal(&frame, at: 0, from: source, to: destination)
      } == bytes)
  }

  @Test func tcpHeaderTooShort() {
    let bytes = [UInt8].written(20) {
      TCPHeader(
        sourcePort: 1, destinationPort: 2, sequence: SequenceNumber(0),
        acknowledgement: SequenceNumber(0), flags: .ack, window: 0, headerByteCount: 16
      ).write(to: &$0, at: 0)
    }
    #expect(bytes.lend { TCPHeader(parsing: $0) == nil })
  }

  @Test func tcpOptionLengths() {
    let good: [[UInt8]] = [
      [], [0], [1, 1, 1], [2, 4, 5, 180], [3, 3, 2], [4, 2], [8, 10, 0, 0, 0, 1, 0, 0, 0, 2],
      [0, 99, 99, 99], [30, 4, 1, 2], [5, 10, 0, 0, 0, 1, 0, 0, 0, 2], [5, 2],
    ]
    for bytes in good { #expect(bytes.lend { TCPOptions(parsing: $0) != nil }, "\(bytes)") }
    let bad: [[UInt8]] = [
      [2], [2, 0], [2, 1], [2, 4, 5], [2, 3, 5], [3, 4, 1, 1], [4, 3, 0], [8, 10, 0], [8, 2],
      [5, 9, 1, 2, 3, 4, 5, 6, 7], [30, 200], [30, 0, 0, 0], [1, 1, 30],
    ]
    for bytes in bad { #expect(bytes.lend { TCPOptions(parsing: $0) == nil }, "\(bytes)") }
    #expect([3, 3, 200].lend { TCPOptions(parsing: $0)?.windowScale } == 14)
  }

  /// Any options fit into 40 bytes and parse to the same value, except blocks that do not fit.
  @Test func tcpOptionsRoundTrip() throws {
    for choice in 0..<32 {
      for blocks in 0...4 {
        var options = TCPOptions()
        if choice & 1 != 0 { options.mss = 1460 }
        if choice & 2 != 0 { options.windowScale = 3 }
        if choice & 4 != 0 { options.permitsSACK = true }
        if choice & 8 != 0 { options.timestamps = .init(value: 1, echo: 2) }
        options.blockCount = blocks
        for index in 0..<blocks {
          options.blocks[index] = SequenceRange(
            SequenceNumber(UInt32(100 * index)), SequenceNumber(UInt32(100 * index + 50)))
        }
        let count = options.byteCount
        #expect(count <= 40 && count % 4 == 0)
        let bytes = [UInt8].written(count) { options.write(to: &$0, at: 0) }
        let back = try #require(bytes.lend { TCPOptions(parsing: $0) })
        options.blockCount = back.blockCount
        #expect(back == options && back.blockCount <= blocks)
      }
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate var withSpanIsNil: Bool { Array(self).lend { EthernetHeader(parsing: $0) == nil } }
}
