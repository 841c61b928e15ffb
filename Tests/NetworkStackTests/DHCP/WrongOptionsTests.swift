// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import TestSupport
import Testing
import Time
import Wire

/// DHCP servers that send malformed options of every kind: none costs the lease, and none keeps the
/// client busy.
@Suite struct WrongOptionsTests {
  private func serve(_ change: (DHCPServer) -> Void) -> (Host, DHCPServer) {
    let host = Host(nil)
    let server = DHCPServer()
    change(server)
    host.stack.startDHCP(now: host.now)
    server.run(host, .seconds(3))
    return (host, server)
  }

  /// The server's options, one of them replaced.
  private func replacing(_ code: UInt8, by bodies: [[UInt8]]) -> ([Option]) -> [Option] {
    { all in all.filter { $0.code != code } + bodies.map { Option(code: code, body: $0) } }
  }

  private static let codes: [UInt8] = [1, 3, 6, 12, 26, 51, 52, 54, 55, 58, 59, 61, 121, 249]

  @Test(arguments: WrongOptionsTests.codes)
  func everyWrongForm(_ code: UInt8) throws {
    var random = SeededGenerator(seed: UInt64(code))
    var forms: [[[UInt8]]] = [[], [[]], [[], []]]
    for count in [1, 2, 3, 4, 5, 8, 9, 16, 255] {
      forms.append([[UInt8](repeating: 0, count: count)])
      forms.append([[UInt8](repeating: 255, count: count)])
      for _ in 0..<4 { forms.append([random.bytes(count)]) }
      // A repeated option, and one with more than one value.
      forms.append([[UInt8]](repeating: random.bytes(count), count: 2))
    }
    forms.append([[UInt8]](repeating: random.bytes(255), count: 4))
    for form in forms {
      let (host, server) = serve { $0.options = replacing(code, by: form) }
      #expect(host.address?.address == server.offers, "option \(code) as \(form)")
      server.run(host, .seconds(120))
      // T1 is at least a quarter of a minute, and three minutes pass without a lease of 30 s
      // expiring.
      #expect(server.heard.count < 14, "option \(code) as \(form): \(server.heard.count)")
      #expect(host.address?.address == server.offers, "option \(code) as \(form)")
    }
  }

  /// An option split into single bytes equals the whole, whatever its value.
  @Test func everyOptionInParts() throws {
    let (whole, _) = serve { $0.renewal = 1000 }
    let (parts, server) = serve { server in
      server.renewal = 1000
      server.options = { all in
        all.flatMap { option in option.body.map { Option(code: option.code, body: [$0]) } }
      }
    }
    #expect(parts.address?.address == server.offers && parts.lease == whole.lease)
    #expect(parts.counters.malformedOptions == 0)
  }

  /// Options that exceed the message, and none behind those that count.
  @Test func tails() throws {
    for tail in [[], [26], [26, 2], [26, 2, 5], [121, 200, 0], [255, 26, 2, 5, 0], [0, 0, 0]]
      as [[UInt8]]
    {
      let (host, server) = serve { $0.tail = tail }
      #expect(host.address?.address == server.offers, "\(tail)")
      #expect(host.lease?.mtu == nil && host.lease?.router == server.address)
      let isCut = tail.first == 26 || tail.first == 121
      #expect(
        host.counters.malformedOptions == (isCut ? 2 : 0), "\(tail): offer and acknowledgement")
    }
  }

  /// The fields for names hold names unless option 52 is 1, 2 or 3.
  @Test func namesAreNoOptions() throws {
    for value in [0, 4, 7, 255] as [UInt8] {
      let (host, server) = serve {
        $0.options = replacing(52, by: [[value]])
        $0.names = [1, 4, 255, 0, 0, 0, 255]
      }
      #expect(host.address?.address == server.offers && host.address?.prefixLength == 24)
      #expect(host.counters.malformedOptions == 2)
    }
    let (host, _) = serve {
      $0.options = replacing(52, by: [[2]])
      $0.names = [26, 2, 5, 0, 255]
    }
    #expect(host.lease?.mtu == 1280)
  }

  /// A server that omits its identifier is identified by its packets' source.
  @Test func namelessServer() throws {
    let (host, server) = serve { $0.options = replacing(54, by: [[0, 0, 0, 0]]) }
    #expect(host.lease?.server == server.address)
    #expect(server.heard.last?.0.server == server.address)
  }

  /// Times that would keep the client busy or are contradictory: counts requests in ten seconds.
  @Test func shortTimes() throws {
    for (lease, renewal, rebinding) in [
      (1, nil, nil), (0, nil, nil), (3600, 0, 0), (3600, 0, nil), (3600, 1, 1), (3600, nil, 0),
      (1, 1, 1), (30, 0, 29), (60, 1, 59), (3600, 3600, 3600), (UInt32.max, 0, 0),
    ] as [(UInt32, UInt32?, UInt32?)] {
      let (host, server) = serve {
        $0.lease = lease
        $0.renewal = renewal
        $0.rebinding = rebinding
      }
      let name = "\(lease), \(renewal as Any), \(rebinding as Any)"
      server.heard = []
      host.events = []
      server.run(host, .seconds(10))
      #expect(server.heard.isEmpty, "\(name)")
      server.run(host, .seconds(290))
      #expect(server.heard.count <= 20, "\(name): \(server.heard.count)")
      #expect(host.address?.address == server.offers && host.events.isEmpty, "\(name)")
    }
  }

  @Test func mtu() throws {
    for (body, segment) in [
      ([5, 0xb4], 1420), ([0, 68], 536), ([0, 67], 1460), ([0x23, 0x29], 1460),
    ]
      as [([UInt8], UInt16)]
    {
      let (host, server) = serve { $0.options = replacing(26, by: [body]) }
      host.stations = [(server.address, server.hardware)]
      _ = try host.connect(to: Endpoint(server.address, 80))
      let syn = host.wait(.seconds(1)).frames.compactMap { Packet($0) }.first { $0.tcp != nil }
      #expect(syn?.options.mss == segment, "\(body)")
    }
  }
}
