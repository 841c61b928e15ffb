// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
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
    #expect(message.mtu == 1500 && message.renewalTime == 43200)
    #expect(message.rebindingTime == 75600 && message.isFromServer)
  }

  /// Truncated messages that still contain the type are messages with fewer options.
  @Test func truncated() {
    let bytes = acknowledgement()
    for count in 0...bytes.count {
      let message = Array(bytes[..<count]).lend { DHCPMessage(parsing: $0) }
      #expect((message != nil) == (count >= 243))
      // A truncated option counts as malformed; the others end where the next begins.
      let isCut = ![243, 249, 255, 261, 267, 277, 281, 287].contains(count) && count < 293
      if let message { #expect((message.malformedOptions == 1) == isCut, "\(count)") }
    }
  }

  private func offer(_ options: [UInt8]) -> DHCPMessage? {
    let bytes = Array(acknowledgement()[..<240]) + [53, 1, 2] + options
    return bytes.lend { DHCPMessage(parsing: $0) }
  }

  /// RFC 3396: instances of one option are joined, wherever they are.
  @Test func parts() throws {
    let mask: [UInt8] = [1, 1, 255, 1, 2, 255, 255, 1, 1, 0]
    let lists: [UInt8] = [
      3, 3, 10, 0, 2, 3, 5, 2, 10, 0, 2, 9, 6, 4, 10, 0, 2, 3, 6, 4, 10, 0, 2, 4,
    ]
    let message = try #require(offer(mask + lists + [51, 0, 51, 4, 0, 0, 1, 0]))
    #expect(message.mask == IPv4Address(255, 255, 255, 0))
    #expect(message.router == IPv4Address(10, 0, 2, 2))
    #expect(message.secondRouter == IPv4Address(10, 0, 2, 9))
    #expect(message.resolver == IPv4Address(10, 0, 2, 3))
    #expect(message.secondResolver == IPv4Address(10, 0, 2, 4))
    #expect(message.leaseTime == 256 && message.malformedOptions == 0)
    // One part is in the `file` field.
    var bytes = Array(acknowledgement()[..<240]) + [53, 1, 2, 52, 1, 1, 51, 2, 0, 1, 255]
    bytes.replaceSubrange(108..<113, with: [51, 2, 0, 2, 255])
    #expect(bytes.lend { DHCPMessage(parsing: $0) }?.leaseTime == 0x1_0002)
    // A repeated value is not one of twice the size: the first counts.
    let twice = try #require(
      offer([51, 4, 0, 0, 1, 0, 51, 4, 0, 0, 2, 0, 26, 2, 5, 0, 26, 2, 6, 0]))
    #expect(twice.leaseTime == 256 && twice.mtu == 0x500 && twice.malformedOptions == 0)
  }

  /// A malformed option invalidates only itself.
  @Test func malformedOptions() throws {
    for code in [1, 3, 6, 26, 50, 51, 54, 58, 59, 121, 249] as [UInt8] {
      for count in [0, 1, 3, 5, 7, 254] {
        let body = [UInt8](repeating: 77, count: count)
        let good: [UInt8] = code == 51 ? [] : [51, 4, 0, 0, 1, 0]
        let message = try #require(offer([code, UInt8(count)] + body + good))
        #expect(message.malformedOptions == 1, "option \(code) of \(count) bytes")
        #expect(message.leaseTime == 256 || code == 51)
        #expect(message.mask == nil && message.router == nil && message.mtu == nil)
        #expect(message.server == nil && message.classlessRoutes == nil)
      }
    }
    for wrong: [UInt8] in [
      [1, 4, 0, 0, 0, 0], [1, 4, 255, 0, 255, 0], [3, 4, 0, 0, 0, 0], [3, 4, 255, 255, 255, 255],
      [6, 4, 127, 0, 0, 1], [26, 2, 0, 67], [54, 4, 224, 0, 0, 1], [52, 1, 0], [52, 1, 4],
      [52, 2, 1, 1], [121, 1, 33], [121, 5, 33, 10, 0, 2, 2], [121, 6, 0, 10, 0, 2, 2, 0], [54],
    ] {
      let message = try #require(offer(wrong))
      #expect(message.malformedOptions == 1, "\(wrong)")
      #expect(message.mask == nil && message.router == nil && message.resolver == nil)
      #expect(message.server == nil && message.classlessRoutes == nil)
    }
  }

  /// An overload option other than 1 to 3 is ignored: the fields for names are not parsed.
  @Test func overload() throws {
    for value in UInt8(0)...255 {
      var bytes = Array(acknowledgement()[..<240]) + [53, 1, 2, 52, 1, value, 255]
      bytes.replaceSubrange(108..<115, with: [51, 4, 0, 0, 1, 0, 255])
      bytes.replaceSubrange(44..<51, with: [26, 2, 5, 0, 255, 0, 0])
      let message = try #require(bytes.lend { DHCPMessage(parsing: $0) })
      #expect((message.leaseTime != nil) == [1, 3].contains(value))
      #expect((message.mtu != nil) == [2, 3].contains(value))
      #expect(message.malformedOptions == ((1...3).contains(value) ? 0 : 1))
    }
  }

  /// The examples of RFC 3442, and what clouds send.
  @Test func classlessRoutes() throws {
    let wide: [UInt8] = [0, 10, 0, 2, 1, 32, 10, 0, 2, 1, 0, 0, 0, 0]
    let net: [UInt8] = [8, 10, 10, 0, 2, 3, 25, 10, 229, 0, 128, 10, 0, 2, 4]
    // In two parts, split in the middle of a route.
    let body = wide + net
    let parts = [121, 9] + body[..<9] + [121, UInt8(body.count - 9)] + body[9...]
    let routes = try #require(offer([3, 4, 10, 0, 2, 99] + parts)?.classlessRoutes)
    func hop(_ address: IPv4Address) -> IPv4Address? {
      routes.nextHop(to: address, isFirstDead: false)
    }
    #expect(routes.router == IPv4Address(10, 0, 2, 1))
    #expect(hop(IPv4Address(192, 0, 2, 1)) == IPv4Address(10, 0, 2, 1))
    #expect(hop(IPv4Address(10, 7, 7, 7)) == IPv4Address(10, 0, 2, 3))
    #expect(hop(IPv4Address(10, 229, 0, 200)) == IPv4Address(10, 0, 2, 4))
    #expect(hop(IPv4Address(10, 229, 0, 100)) == IPv4Address(10, 0, 2, 3))
    #expect(hop(IPv4Address(10, 0, 2, 1)) == IPv4Address(10, 0, 2, 1))
    // Microsoft's option counts if option 121 is missing.
    #expect(offer([249, 14] + wide)?.classlessRoutes?.router == IPv4Address(10, 0, 2, 1))
    let both = offer([249, 5, 0, 10, 0, 2, 9, 121, 14] + wide)
    #expect(both?.classlessRoutes?.router == IPv4Address(10, 0, 2, 1))
    #expect(
      offer([249, 14] + wide + [121, 1, 0])?.classlessRoutes?.router == IPv4Address(10, 0, 2, 1))
    // More routes than fit: the default routes are among those kept.
    var many: [UInt8] = []
    for number in UInt8(0)..<20 { many += [16, 172, number, 10, 0, 2, 10 + number] }
    many += wide[..<5]
    let full = try #require(offer([121, UInt8(many.count)] + many)?.classlessRoutes)
    #expect(full.router == IPv4Address(10, 0, 2, 1))
    let eighth = full.nextHop(to: IPv4Address(172, 7, 0, 1), isFirstDead: false)
    #expect(eighth == IPv4Address(10, 0, 2, 17))
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
    for (index, value) in [(0, 1), (0, 3), (1, 6), (2, 7), (236, 0), (242, 9), (241, 2)] {
      var bytes = good
      bytes[index] = UInt8(value)
      #expect(bytes.lend { DHCPMessage(parsing: $0) == nil }, "byte \(index)")
    }
  }

  /// Every type is parsed as it was written, in bytes that begin like BOOTP.
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
        message.mtu = 1400
      }
      // The longest name; only messages that ask for an address include it.
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
