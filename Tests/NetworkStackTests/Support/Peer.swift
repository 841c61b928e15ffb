// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Time
import Wire

/// The scripted other end of a connection.
final class Peer {
  let host: Host
  let hardware = MACAddress(2, 0, 0, 0, 0, 0x99)
  var address = IPv4Address(10, 0, 0, 9)
  var hostAddress = IPv4Address(10, 0, 0, 1)
  var port: UInt16 = 40000
  var hostPort: UInt16 = 7
  /// The peer's next sequence number, and its acknowledgement.
  var sequence = SequenceNumber(1000)
  var acknowledgement = SequenceNumber(0)
  var window: UInt16 = 65535
  /// The peer's timestamp clock, if it uses timestamps.
  var clock: UInt32?
  var echo: UInt32 = 0
  /// The host's frames that the test has not examined yet.
  var heard: [Packet] = []

  init(_ host: Host) {
    self.host = host
    host.stations = [(address, hardware)]
    introduce()
  }

  /// Sends an ARP request to the host, so that it learns the peer's address.
  func introduce() {
    var frame = [UInt8](repeating: 0, count: 42)
    let packet = ARPPacket(
      operation: .request, senderHardware: hardware, sender: address,
      targetHardware: MACAddress(0), target: hostAddress)
    frame.withBytes {
      EthernetHeader(destination: .broadcast, source: hardware, type: .arp).write(to: &$0)
      packet.write(to: &$0, at: 14)
    }
    hear(host.exchange(frame))
  }

  func frame(
    _ flags: TCPFlags, _ payload: [UInt8] = [], at sequence: SequenceNumber? = nil,
    ack: SequenceNumber? = nil, options: TCPOptions = TCPOptions()
  ) -> [UInt8] {
    var options = options
    if let clock { options.timestamps = .init(value: clock, echo: echo) }
    let header = TCPHeader(
      sourcePort: port, destinationPort: hostPort, sequence: sequence ?? self.sequence,
      acknowledgement: flags.has(.ack) ? ack ?? acknowledgement : SequenceNumber(0), flags: flags,
      window: window)
    return Make.ip(
      Make.tcp(header, options, payload, from: address, to: hostAddress), .tcp, from: address,
      to: hostAddress, at: host.hardware, by: hardware)
  }

  /// Sends a segment with any sequence number without changing the peer's state; hears the answers.
  func say(
    _ flags: TCPFlags, _ payload: [UInt8] = [], at sequence: SequenceNumber? = nil,
    ack: SequenceNumber? = nil, options: TCPOptions = TCPOptions()
  ) {
    hear(host.exchange(frame(flags, payload, at: sequence, ack: ack, options: options)))
  }

  /// Sends the next segment.
  func send(_ flags: TCPFlags, _ payload: [UInt8] = [], options: TCPOptions = TCPOptions()) {
    let at = sequence
    let length = payload.count + (flags.has(.syn) ? 1 : 0) + (flags.has(.fin) ? 1 : 0)
    sequence = sequence + length
    say(flags, payload, at: at, options: options)
  }

  func hear(_ frames: [[UInt8]]) {
    for frame in frames {
      guard let packet = Packet(frame) else {
        preconditionFailure("the host sent a frame that cannot be parsed: \(frame)")
      }
      if packet.tcp != nil { heard.append(packet) }
      if packet.tcp != nil, let timestamps = packet.options.timestamps { echo = timestamps.value }
    }
  }

  func wait(_ interval: Interval) { hear(host.wait(interval).frames) }
  func poll() {
    host.poll()
    host.answerNeighbourRequests()
    hear(host.output.drain())
  }

  /// The next segment heard; nil if there is none.
  func next() -> Packet? { heard.isEmpty ? nil : heard.removeFirst() }
  func all() -> [Packet] {
    let all = heard
    heard = []
    return all
  }

  /// Acknowledges everything up to `number`, and discards what was heard.
  func acknowledge(_ number: SequenceNumber, options: TCPOptions = TCPOptions()) {
    acknowledgement = number
    say(.ack, options: options)
  }

  /// Connects to one of the host's listeners; the acknowledgement is then the host's ISS + 1.
  func open(_ listener: TCPListener, options: TCPOptions = TCPOptions()) -> TCPConnection? {
    send(.syn, options: options)
    guard let answer = next(), let tcp = answer.tcp, tcp.flags == .syn | .ack else { return nil }
    acknowledgement = tcp.sequence + 1
    say(.ack)
    return host.accept(listener)
  }
}

extension TCPOptions {
  static func segment(_ size: UInt16, scale: UInt8? = nil, selective: Bool = false) -> TCPOptions {
    var options = TCPOptions()
    options.mss = size
    options.windowScale = scale
    options.permitsSACK = selective
    return options
  }

  static func blocks(_ ranges: [(SequenceNumber, SequenceNumber)]) -> TCPOptions {
    var options = TCPOptions()
    for (index, range) in ranges.prefix(4).enumerated() {
      options.blocks[index] = SequenceRange(range.0, range.1)
    }
    options.blockCount = min(ranges.count, 4)
    return options
  }
}
