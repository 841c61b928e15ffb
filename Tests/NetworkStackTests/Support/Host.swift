// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing
import Time
import Wire

@testable import NetworkStack

/// A stack with its output, deliveries and events.
final class Host {
  var stack: NetworkStack
  var output = Frames()
  var now = Instant(nanoseconds: 1_000_000_000)
  let hardware: MACAddress
  /// All deliveries, with the bytes that were consumed.
  var deliveries: [(Delivery, [UInt8])] = []
  var events: [SocketEvent] = []
  /// How many bytes of each stream delivery are consumed; `keep` returns the rest.
  var takes = Int.max
  /// Takes what the stack lends, instead; returns how many bytes it took.
  var taker: ((TCPConnection, UInt, [UInt8]) -> Int)?
  /// Bytes of buffer memory by default.
  static var budget: Int { 1 << 23 }

  init(
    _ address: IPv4Address? = IPv4Address(10, 0, 0, 1),
    hardware: MACAddress = MACAddress(2, 0, 0, 0, 0, 1),
    _ change: (inout StackConfiguration) -> Void = { _ in }
  ) {
    self.hardware = hardware
    var configuration = StackConfiguration(
      hardware: hardware, secret: (0x0123_4567_89ab_cdef ^ hardware.value, 0xfedc_ba98_7654_3210))
    // Enough that no test runs short by accident.
    configuration.bufferByteCount = Host.budget
    change(&configuration)
    stack = NetworkStack(configuration)
    if let address, let network = IPv4Network(address: address, prefixLength: 24) {
      stack.setAddress(network, gateway: IPv4Address(10, 0, 0, 254))
    }
    announce()
    events = []
  }

  /// Lets the stack announce a new address, twice.
  func announce() {
    poll()
    now = now + .seconds(2)
    poll()
    _ = output.drain()
  }

  /// The first violated invariant of the stack.
  private(set) var fault: String?

  private var steps = 0

  /// Called after each step: records a violated invariant, once per host. Of long runs it checks one step in eight, as a
  /// check takes longer than a step.
  func checkInvariants() {
    steps += 1
    guard fault == nil, steps < 200 || steps % 8 == 0 else { return }
    guard let found = stack.checkInvariants() else { return }
    fault = found
    Issue.record("\(found)")
  }

  func collectEvents() {
    while let event = stack.nextEvent() { events.append(event) }
  }

  /// Delivers a frame to the stack; returns the frames that it sends.
  @discardableResult
  func exchange(_ frame: [UInt8]) -> [[UInt8]] {
    receive(frame)
    poll()
    return output.drain()
  }

  func receive(_ frame: [UInt8]) {
    let delivery = stack.receive(frame.span.bytes, now: now, into: &output)
    switch delivery {
    case .nothing: break
    case .datagram(_, _, _, let range):
      deliveries.append((delivery, Array(frame[range.start..<range.end])))
    case .stream(let connection, let tag, let range):
      let bytes = Array(frame[range.start..<range.end])
      let taken = taker?(connection, tag, bytes) ?? min(takes, bytes.count)
      deliveries.append((delivery, Array(bytes[..<taken])))
      if taken < bytes.count {
        let rest = Array(bytes[taken...])
        stack.keep(rest.span.bytes, of: connection)
      }
    }
  }

  func poll() {
    stack.poll(now: now, into: &output)
    checkInvariants()
    collectEvents()
  }

  /// Advances time and wakes the stack whenever it asks; returns the frames sent and the number of
  /// wake-ups.
  @discardableResult
  func wait(_ interval: Interval) -> (frames: [[UInt8]], wakes: Int) {
    let end = now + interval
    var wakes = 0
    poll()
    answerNeighbourRequests()
    while stack.nextDeadline <= end {
      now = max(now, stack.nextDeadline)
      poll()
      answerNeighbourRequests()
      wakes += 1
      precondition(wakes < 1_000_000, "the stack does not rest")
    }
    now = end
    poll()
    return (output.drain(), wakes)
  }

  /// Stations that answer ARP requests.
  var stations: [(IPv4Address, MACAddress)] = []

  func answerNeighbourRequests() {
    for frame in output.frames {
      guard let arp = Packet(frame)?.arp, arp.operation == .request,
        let station = stations.first(where: { $0.0 == arp.target })
      else { continue }
      var reply = [UInt8](repeating: 0, count: 42)
      reply.withBytes { bytes in
        EthernetHeader(destination: hardware, source: station.1, type: .arp).write(to: &bytes)
        ARPPacket(
          operation: .reply, senderHardware: station.1, sender: station.0,
          targetHardware: hardware, target: arp.sender
        ).write(to: &bytes, at: 14)
      }
      output.frames.removeAll { $0 == frame }
      receive(reply)
      poll()
    }
  }

  func write(_ bytes: [UInt8], to connection: TCPConnection) -> Int? {
    stack.write(bytes.span.bytes, to: connection)
  }

  /// Reads all available data.
  func readAll(_ connection: TCPConnection) -> [UInt8] {
    var all: [UInt8] = []
    while case .bytes(let count) = stack.read(
      connection,
      {
        all += $0.array
        return $0.byteCount
      }), count > 0
    {}
    return all
  }

  func send(_ bytes: [UInt8], to remote: Endpoint, from socket: UDPSocket) -> DatagramOutcome {
    stack.send(bytes.span.bytes, to: remote, from: socket, now: now, into: &output)
  }
}

// Queries that return copyable values, which the testing library's macros need.
extension Host {
  func isOpen(_ connection: TCPConnection) -> Bool { stack.isOpen(connection) }
  func failure(of connection: TCPConnection) -> TCPFailure? { stack.failure(of: connection) }
  func remote(of connection: TCPConnection) -> Endpoint? { stack.remote(of: connection) }
  func readable(_ connection: TCPConnection) -> Int { stack.readableByteCount(connection) }
  func writable(_ connection: TCPConnection) -> Int { stack.writableByteCount(connection) }
  func accept(_ listener: TCPListener) -> TCPConnection? {
    let connection = stack.accept(listener)
    collectEvents()
    return connection
  }
  /// The outcome of a read, without consuming data.
  func outcome(_ connection: TCPConnection) -> ReadOutcome { stack.read(connection) { _ in 0 } }
  func connect(
    to remote: Endpoint, from port: UInt16 = 0, settings: TCPSettings = TCPSettings()
  ) throws -> TCPConnection {
    try stack.connect(to: remote, from: port, settings: settings, now: now)
  }
  func close(_ connection: TCPConnection) { stack.close(connection, now: now) }
  var counters: StackCounters { stack.counters }
  var freeBytes: Int { stack.freeBufferByteCount }
  var isBlocked: Bool { stack.isBlocked }
  var nextDeadline: Instant { stack.nextDeadline }
  var address: IPv4Network? { stack.address }
  var lease: DHCPLease? { stack.lease }
}

extension Instant {
  static func seconds(_ count: UInt64) -> Instant { Instant(nanoseconds: count * 1_000_000_000) }
}
