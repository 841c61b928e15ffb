// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Testing
import Wire

@Suite struct DHCPMessageTests {
  let hardware = MACAddress(0x5254_0012_3456)

  /// An ACK as ISC's server sends it.
  func acknowledgement() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 240)
    bytes.replaceSubrange(0..<8, with: [2, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef])
    bytes.replaceSubrange(16..<20, with: [10, 0, 2, 15])
    bytes.replaceSubrange(20..<24, with: [10, 0, 2, 2])
    bytes.replaceSubrange(28..<34, with: [0x52, 0x54, 0, 0x12, 0x34, 0x56])
    bytes.replaceSubrange(236..<240, with: [0x63, 0x82, 0x53, 0x63])
    bytes += [53, 1, 5, 54, 4, 10, 0, 2, 2, 51, 4, 0, 1, 0x51, 0x80, 1, 4, 255, 255, 255, 0]
    bytes += [3, 4, 10, 0, 2, 2, 6, 8, 10, 0, 2, 3, 10, 0, 2, 4, 26, 2, 5, 0xdc]
    bytes += [58, 4, 0, 0, 0xa8, 0xc0, 59, 4, 0, 1, 0x27, 0x50, 255, 0, 0]
    return bytes
  }

  @Test func parses() throws {
    let message = try #require(acknowledgement().lend { DHCPMessage(parsing: $0) })
    #expect(message.kind == .acknowledge && message.transaction == 0xdead_beef)
    #expect(message.your == IPv4Address(10, 0, 2, 15) && message.hardware == hardware)
    #expect(message.server == IPv4Address(10, 0, 2, 2) && message.leaseTime == 86400)
    #expect(message.mask == IPv4Address(255, 255, 255, 0))
    #expect(message.router == IPv4Address(10, 0, 2, 2))
    #expect(message.resolver == IPv4Address(10, 0, 2, 3))
    #expect(message.secondResolver == IPv4Address(10, 0, 2, 4))
    #expect(message.maximumUnit == 1500 && message.renewalTime == 43200)
    #expect(message.rebindingTime == 75600 && message.isFromServer)
  }

  /// Shorter pieces that still have the message's kind are messages with fewer options, if they end
  /// between two of them.
  @Test func truncated() {
    let bytes = acknowledgement()
    var parsed = 0
    for count in 0...bytes.count {
      let message = Array(bytes[..<count]).lend { DHCPMessage(parsing: $0) }
      #expect(count >= 243 || message == nil)
      if message != nil { parsed += 1 }
    }
    #expect(parsed >= 8)
  }

  @Test func optionsInTheFieldsForNames() throws {
    var bytes = acknowledgement()
    bytes.removeSubrange(240...)
    bytes.replaceSubrange(108..<115, with: [1, 4, 255, 255, 0, 0, 255])
    bytes.replaceSubrange(44..<51, with: [3, 4, 10, 0, 2, 9, 255])
    let overloaded = bytes + [53, 1, 2, 52, 1, 3, 255]
    let message = try #require(overloaded.lend { DHCPMessage(parsing: $0) })
    #expect(message.mask == IPv4Address(255, 255, 0, 0))
    #expect(message.router == IPv4Address(10, 0, 2, 9))
    let plain = bytes + [53, 1, 2, 255]
    #expect(plain.lend { DHCPMessage(parsing: $0)?.mask } == .some(nil))
  }

  @Test func refuses() {
    let good = acknowledgement()
    for (index, value) in [(0, 1), (0, 3), (1, 6), (2, 7), (236, 0), (242, 9), (241, 2), (244, 3)] {
      var bytes = good
      bytes[index] = UInt8(value)
      #expect(bytes.lend { DHCPMessage(parsing: $0) == nil }, "byte \(index)")
    }
  }

  /// Every kind comes back as it was written, in bytes that begin as BOOTP has them.
  @Test func roundTrip() throws {
    for number in UInt8(1)...8 {
      var message = DHCPMessage(
        try #require(DHCPMessage.Kind(rawValue: number)), transaction: 7, hardware: hardware)
      message.seconds = 3
      message.client = IPv4Address(10, 0, 0, 1)
      message.requested = IPv4Address(10, 0, 0, 2)
      message.server = IPv4Address(10, 0, 0, 3)
      if message.isFromServer {
        message.your = IPv4Address(10, 0, 0, 4)
        message.mask = IPv4Address(255, 0, 0, 0)
        message.router = IPv4Address(10, 0, 0, 5)
        message.resolver = IPv4Address(10, 0, 0, 6)
        message.leaseTime = 1
        message.renewalTime = 2
        message.rebindingTime = 3
        message.maximumUnit = 1400
      }
      // The longest name there is; the messages that ask for something tell it.
      let asks = message.kind == .discover || message.kind == .request || message.kind == .inform
      if asks { while message.hostName.append(0x61) {} }
      let bytes = [UInt8].written(DHCPMessage.byteCount) { message.write(to: &$0, at: 0) }
      #expect(bytes.lend { DHCPMessage(parsing: $0) == message })
      #expect((bytes.firstRange(of: [12, 63, 0x61, 0x61]) != nil) == asks)
      #expect(Array(bytes[..<4]) == [message.isFromServer ? 2 : 1, 1, 6, 0])
      #expect(Array(bytes[34..<236]).allSatisfy { $0 == 0 })
    }
  }
}
