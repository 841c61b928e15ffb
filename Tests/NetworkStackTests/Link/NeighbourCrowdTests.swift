// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// Many stations on the host's own link: connections that wait for one are not forgotten because of
/// the others.
@Suite struct NeighbourCrowdTests {
  private let own = IPv4Address(10, 0, 0, 1)

  /// A host in 10.0.0.0/16 with this many connections, and a listener for as many.
  private func crowdedHost(_ connections: Int) throws -> (Host, TCPListener) {
    let host = Host(nil) {
      $0.connectionLimit = connections
      $0.halfOpenLimit = connections
    }
    let network = try #require(IPv4Network(address: own, prefixLength: 16))
    host.stack.setAddress(network, gateway: nil)
    host.announce()
    host.collectEvents()
    var settings = TCPSettings()
    settings.backlog = connections
    return (host, try host.stack.listen(port: 7, settings: settings))
  }

  /// The addresses that the host requests. When the link has come up, it announces its own too.
  private func asked(by host: Host) -> [IPv4Address] {
    host.output.drain().compactMap { Packet($0)?.arp?.target }.filter { $0 != own }
  }

  private struct Station {
    var address: IPv4Address
    var hardware: MACAddress
    init(_ number: Int) {
      let (high, low) = (UInt8(1 + number / 200), UInt8(1 + number % 200))
      address = IPv4Address(10, 0, high, low)
      hardware = MACAddress(2, 0, 0, 1, high, low)
    }

    func segment(
      _ flags: TCPFlags, _ payload: [UInt8] = [], at sequence: UInt32 = 1000,
      ack: SequenceNumber? = nil,
      by sender: MACAddress? = nil, port: UInt16 = 40000, to host: Host
    ) -> [UInt8] {
      let header = TCPHeader(
        sourcePort: port, destinationPort: 7, sequence: SequenceNumber(sequence),
        acknowledgement: ack ?? SequenceNumber(0), flags: flags, window: 65535)
      let own = IPv4Address(10, 0, 0, 1)
      return Make.ip(
        Make.tcp(header, .segment(1000), payload, from: address, to: own), .tcp, from: address,
        to: own,
        at: host.hardware, by: sender ?? hardware)
    }

    func arp(_ operation: ARPPacket.Operation, to host: Host) -> [UInt8] {
      var frame = [UInt8](repeating: 0, count: 42)
      frame.withBytes { bytes in
        EthernetHeader(destination: host.hardware, source: hardware, type: .arp).write(to: &bytes)
        ARPPacket(
          operation: operation, senderHardware: hardware, sender: address,
          targetHardware: host.hardware, target: IPv4Address(10, 0, 0, 1)
        ).write(to: &bytes, at: 14)
      }
      return frame
    }
  }

  /// Three hundred stations connect in the same millisecond, and none has to be looked up, neither
  /// for the handshake nor for later data.
  @Test func threeHundredAtOnce() throws {
    let (host, listener) = try crowdedHost(320)
    let stations = (0..<300).map { Station($0) }
    for station in stations { host.receive(station.segment(.syn, to: host)) }
    host.poll()
    let answers = host.output.drain().compactMap { Packet($0) }
    #expect(answers.count == 300)
    for (station, answer) in zip(stations, answers) {
      let tcp = try #require(answer.tcp)
      #expect(tcp.flags == .syn | .ack && answer.ip?.destination == station.address)
      #expect(answer.ethernet.destination == station.hardware)
      host.receive(station.segment(.ack, at: 1001, ack: tcp.sequence + 1, to: host))
    }
    host.poll()
    #expect(host.output.drain().isEmpty)
    host.now = host.now + .seconds(10)
    var open = 0
    while let connection = host.accept(listener) {
      open += 1
      _ = host.write([1, 2, 3], to: connection)
    }
    host.poll()
    let data = host.output.drain().compactMap { Packet($0) }
    #expect(open == 300 && data.count == 300)
    #expect(data.allSatisfy { $0.payload == [1, 2, 3] })
    #expect(Set(data.map(\.ethernet.destination.value)).count == 300)
  }

  /// A SYN alone proves nothing: its source station is believed only after the handshake, and never
  /// against a known address.
  @Test func aSynIsNoProof() throws {
    let (host, listener) = try crowdedHost(16)
    let socket = try host.stack.bind(port: 1000)
    let (station, liar) = (Station(1), Station(2))
    let remote = Endpoint(station.address, 9)
    host.receive(station.segment(.syn, by: liar.hardware, to: host))
    host.poll()
    let answer = try #require(host.output.drain().first.flatMap { Packet($0) })
    #expect(answer.ethernet.destination == liar.hardware)
    #expect(host.send([1], to: remote, from: socket) == .held)
    host.exchange(station.arp(.reply, to: host))
    #expect(host.send([1], to: remote, from: socket) == .sent)
    #expect(Packet(host.output.drain()[0])?.ethernet.destination == station.hardware)
    // The address is known now: a SYN from another station is answered to the known one.
    host.receive(station.segment(.syn, by: liar.hardware, port: 40001, to: host))
    host.poll()
    let again = host.output.drain().compactMap { Packet($0) }
    #expect(again.count == 1 && again.allSatisfy { $0.ethernet.destination == station.hardware })
    #expect(host.accept(listener) == nil)
  }

  /// A retransmitted answer looks the peer up instead of believing its SYN forever.
  @Test func anAnswerSentAgainAsks() throws {
    let (host, _) = try crowdedHost(16)
    host.receive(Station(1).segment(.syn, to: host))
    host.poll()
    #expect(host.output.drain().count == 1)
    let frames = host.wait(.milliseconds(1100)).frames.compactMap { Packet($0) }
    #expect(frames.map { $0.arp?.target } == [Station(1).address])
  }

  /// Whatever happens between request and reply, the reply wakes the waiting connection.
  @Test(arguments: [0, 10, 1000])
  func theAnswerWakesWhoWaits(others: Int) throws {
    let (host, listener) = try crowdedHost(16)
    let station = Station(0)
    host.receive(station.segment(.syn, to: host))
    host.poll()
    let answer = try #require(host.output.drain().first.flatMap { Packet($0)?.tcp })
    host.exchange(station.segment(.ack, at: 1001, ack: answer.sequence + 1, to: host))
    let connection = try #require(host.accept(listener))
    // The station's entry expires.
    host.stack.linkChanged(isUp: false, now: host.now)
    host.stack.linkChanged(isUp: true, now: host.now)
    _ = host.write([UInt8](repeating: 7, count: 100), to: connection)
    host.poll()
    #expect(asked(by: host) == [station.address])
    // Meanwhile more stations than there are entries talk to us, and we to them.
    let socket = try host.stack.bind(port: 1000)
    for number in 0..<others {
      host.exchange(Station(1 + number).arp(.request, to: host))
      _ = host.send([1], to: Endpoint(Station(1 + number).address, 9), from: socket)
      _ = host.send([1], to: Endpoint(Station(20_000 + number).address, 9), from: socket)
    }
    host.poll()
    _ = host.output.drain()
    let sent = host.exchange(station.arp(.reply, to: host)).compactMap { Packet($0) }
    #expect(sent.filter { $0.payload.count == 100 }.count == 1)
  }

  /// A connection aborted during its peer's look-up has a reset to send: it waits for the reply
  /// like any other, and does not keep the host busy.
  @Test(arguments: [true, false])
  func aResetWaits(isAnswered: Bool) throws {
    let (host, listener) = try crowdedHost(16)
    let station = Station(0)
    host.receive(station.segment(.syn, to: host))
    host.poll()
    let answer = try #require(host.output.drain().first.flatMap { Packet($0)?.tcp })
    host.exchange(station.segment(.ack, at: 1001, ack: answer.sequence + 1, to: host))
    let connection = try #require(host.accept(listener))
    host.stack.linkChanged(isUp: false, now: host.now)
    host.stack.linkChanged(isUp: true, now: host.now)
    host.stack.abort(connection)
    host.poll()
    #expect(asked(by: host) == [station.address])
    if isAnswered {
      let sent = host.exchange(station.arp(.reply, to: host)).compactMap { Packet($0)?.tcp }
      #expect(sent.map(\.flags) == [.rst | .ack])
    }
    host.wait(.seconds(10))
    #expect(host.freeBytes == Host.budget && host.nextDeadline == .never)
  }

  /// A link that goes and returns, or a new address, cancels the request and repeats it.
  @Test func aLostQuestionIsAskedAnew() throws {
    let (host, _) = try crowdedHost(16)
    let station = Station(0)
    _ = try host.connect(to: Endpoint(station.address, 80))
    host.poll()
    #expect(asked(by: host) == [station.address])
    host.stack.linkChanged(isUp: false, now: host.now)
    host.stack.linkChanged(isUp: true, now: host.now)
    host.poll()
    #expect(asked(by: host) == [station.address])
    let sent = host.exchange(station.arp(.reply, to: host)).compactMap { Packet($0)?.tcp }
    #expect(sent.map(\.flags) == [.syn])
  }

  /// Many connections, each to another station: each sends its SYN when its own station replies, in
  /// any order.
  @Test func everybodyIsLookedForAtOnce() throws {
    let (host, _) = try crowdedHost(200)
    let stations = (0..<200).map { Station($0) }
    for station in stations { _ = try host.connect(to: Endpoint(station.address, 80)) }
    host.poll()
    let asked = host.output.drain().compactMap { Packet($0)?.arp?.target }
    #expect(asked == stations.map(\.address))
    for station in stations.reversed() {
      let sent = host.exchange(station.arp(.reply, to: host)).compactMap { Packet($0) }
      #expect(sent.map { $0.ip?.destination } == [station.address])
    }
    #expect(host.nextDeadline > host.now)
  }
}
