// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// Name look-ups against scripted name servers.
@Suite struct ResolverTests {
  let host = Host()
  let first = IPv4Address(10, 0, 0, 53)
  let second = IPv4Address(10, 0, 0, 54)
  let station = MACAddress(2, 0, 0, 0, 0, 0x53)

  init() {
    host.stations = [(first, station), (second, station)]
    host.stack.setResolvers(first, second)
  }

  private func name(_ text: String) throws -> DNSName {
    try #require(Array(text.utf8).lend { DNSName(text: $0) })
  }

  private struct Question {
    var query: DNSQuery
    var server: IPv4Address
    var port: UInt16
  }

  private func questions(_ frames: [[UInt8]]) -> [Question] {
    frames.compactMap { frame in
      guard let packet = Packet(frame), let udp = packet.udp, udp.destinationPort == 53,
        let ip = packet.ip, let query = packet.payload.lend({ DNSQuery(parsing: $0) })
      else { return nil }
      return Question(query: query, server: ip.destination, port: udp.sourcePort)
    }
  }

  private func answer(
    _ question: Question, code: UInt8 = 0, addresses: [IPv4Address] = [],
    from server: IPv4Address? = nil, port: UInt16? = nil, identifier: UInt16? = nil
  ) {
    var message = [UInt8](repeating: 0, count: question.query.byteCount)
    message.withBytes { question.query.write(to: &$0, at: 0) }
    let identifier = identifier ?? question.query.identifier
    message[0] = UInt8(identifier >> 8)
    message[1] = UInt8(truncatingIfNeeded: identifier)
    message[2] = 0x81
    message[3] = 0x80 | code
    message[7] = UInt8(addresses.count)
    for address in addresses {
      message += [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]
      message += (0..<4).map { UInt8(truncatingIfNeeded: address.value >> (24 - 8 * $0)) }
    }
    let server = server ?? question.server
    host.exchange(
      Make.ip(
        Make.udp(
          message, from: (server, 53), to: (IPv4Address(10, 0, 0, 1), port ?? question.port)),
        .udp, from: server, to: IPv4Address(10, 0, 0, 1), at: host.hardware, by: station))
  }

  private func found(_ lookup: DNSLookup) -> [IPv4Address]? {
    guard case .found(let addresses, let count, _) = host.stack.result(of: lookup) else {
      return nil
    }
    return (0..<count).map { addresses[$0] }
  }

  private func isPending(_ lookup: DNSLookup) -> Bool {
    if case .pending = host.stack.result(of: lookup) { return true }
    return false
  }

  private func isFailed(_ lookup: DNSLookup) -> Bool {
    if case .failed = host.stack.result(of: lookup) { return true }
    return false
  }

  @Test func found() throws {
    let lookup = try host.stack.lookUp(name("nfs.example.org"), tag: 4)
    let question = try #require(questions(host.wait(.milliseconds(200)).frames).first)
    #expect(question.server == first && question.port >= 0xc000)
    answer(question, addresses: [IPv4Address(192, 0, 2, 1), IPv4Address(192, 0, 2, 2)])
    #expect(found(lookup) == [IPv4Address(192, 0, 2, 1), IPv4Address(192, 0, 2, 2)])
    #expect(host.events.contains { $0.socket == .lookup(lookup) && $0.tag == 4 })
    host.stack.close(lookup)
    #expect(found(lookup) == nil)
    // It causes no more wake-ups.
    #expect(host.wait(.seconds(100)).frames.isEmpty)
  }

  /// Forged answers: wrong server, port or identifier.
  @Test func forgedAnswers() throws {
    let lookup = try host.stack.lookUp(name("nfs.example.org"))
    let question = try #require(questions(host.wait(.milliseconds(200)).frames).first)
    let wrong = [IPv4Address(6, 6, 6, 6)]
    answer(question, addresses: wrong, from: IPv4Address(10, 0, 0, 66))
    answer(question, addresses: wrong, port: question.port ^ 1)
    answer(question, addresses: wrong, identifier: question.query.identifier ^ 1)
    var other = question
    other.query.name = try name("nfs.example.com")
    answer(other, addresses: wrong)
    #expect(isPending(lookup))
    answer(question, addresses: [first])
    #expect(found(lookup) == [first])
  }

  /// Servers are asked in turn, each time with a new identifier from a new port.
  @Test func silence() throws {
    let lookup = try host.stack.lookUp(name("nfs.example.org"))
    let asked = questions(host.wait(.seconds(60)).frames)
    #expect(asked.map(\.server) == [first, second, first, second, first])
    #expect(Set(asked.map(\.query.identifier)).count == 5 && Set(asked.map(\.port)).count == 5)
    #expect(isFailed(lookup))
    #expect(host.events.contains { $0.socket == .lookup(lookup) })
  }

  @Test func refusal() throws {
    let lookup = try host.stack.lookUp(name("nfs.example.org"))
    let question = try #require(questions(host.wait(.milliseconds(200)).frames).first)
    // "Server failure": the other server is asked at once.
    answer(question, code: 2)
    let next = try #require(questions(host.wait(.seconds(2)).frames).first)
    #expect(next.server == second)
    answer(next, code: 3)
    if case .noSuchName = host.stack.result(of: lookup) {
    } else {
      Issue.record("there is such a name")
    }
  }

  @Test func limits() throws {
    for _ in 0..<4 { _ = try host.stack.lookUp(name("a.b")) }
    do {
      _ = try host.stack.lookUp(name("a.b"))
      Issue.record("more look-ups than there may be")
    } catch { #expect(error as? SocketError == .noSocket) }
  }

  /// Without a server look-ups fail at once, with an event. So do pending ones when the last server
  /// goes.
  @Test func withoutAServer() throws {
    let lonely = Host()
    let lookup = try lonely.stack.lookUp(name("a.b"), tag: 3)
    let (frames, wakes) = lonely.wait(.seconds(1))
    #expect(questions(frames).isEmpty && wakes < 3)
    guard case .failed = lonely.stack.result(of: lookup) else {
      Issue.record("still pending")
      return
    }
    #expect(lonely.events.contains { $0.socket == .lookup(lookup) && $0.tag == 3 })
    lonely.stack.close(lookup)
    #expect(lonely.nextDeadline == .never)
    // With a server, look-ups work again.
    lonely.stack.setResolvers(first)
    lonely.stations = [(first, station)]
    _ = try lonely.stack.lookUp(name("a.b"))
    #expect(questions(lonely.wait(.milliseconds(200)).frames).count == 1)
  }

  /// A lease without name servers replaces one with servers while an answer is pending.
  @Test func serversThatGo() throws {
    let leased = Host(nil)
    let server = DHCPServer()
    leased.stack.startDHCP(now: leased.now)
    server.run(leased, .seconds(1798))
    let lookup = try leased.stack.lookUp(name("a.b"))
    server.options = { $0.filter { $0.code != 6 } }
    server.run(leased, .seconds(10))
    guard case .failed = leased.stack.result(of: lookup) else {
      Issue.record("still pending")
      return
    }
  }

  /// If the server does not answer ARP, a look-up fails without spinning.
  @Test func unreachableServer() throws {
    host.stations = []
    let lookup = try host.stack.lookUp(name("a.b"))
    let (frames, wakes) = host.wait(.seconds(60))
    #expect(questions(frames).isEmpty && wakes < 1000)
    #expect(isFailed(lookup))
  }
}
