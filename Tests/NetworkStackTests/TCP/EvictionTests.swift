// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing
import Time
import Wire

@testable import NetworkStack

/// The oldest connection is evicted, whatever used its slot before.
@Suite struct EvictionTests {
  private let host = Host {
    $0.connectionLimit = 8
    $0.halfOpenLimit = 3
  }
  private let peer: Peer
  private let listener: TCPListener

  init() throws {
    listener = try host.stack.listen(port: 7)
    peer = Peer(host)
  }

  /// A number of handshakes, which end in the order of `ends`.
  private func comeAndGo(_ ends: [UInt16]) throws {
    for port in ends.sorted() {
      peer.port = port
      peer.say(.syn)
      let answer = try #require(peer.next()?.tcp)
      peer.say(.ack, at: SequenceNumber(1001), ack: answer.sequence + 1)
    }
    for port in ends {
      peer.port = port
      peer.say(.rst, at: SequenceNumber(1001))
    }
    _ = peer.all()
    while let connection = host.accept(listener) { host.close(connection) }
  }

  /// The oldest half-open connection is evicted, even if a younger or an older one used its slot
  /// before.
  @Test(arguments: 0..<8)
  func theOldestHalfOpen(shift: Int) throws {
    let ports = (0..<8).map { UInt16(2000 + ($0 * 3 + shift) % 8) }
    try comeAndGo(ports)
    var answers: [SequenceNumber] = []
    for port in UInt16(5000)..<5004 {
      peer.port = port
      peer.say(.syn)
      answers.append(try #require(peer.next()?.tcp).sequence)
      host.now = host.now + .milliseconds(1)
    }
    #expect(host.counters.evicted == 1)
    for (index, answer) in answers.enumerated() {
      peer.port = UInt16(5000 + index)
      peer.say(.ack, at: SequenceNumber(1001), ack: answer + 1)
      let reset = peer.next()?.tcp
      #expect((reset?.flags == .rst) == (index == 0), "\(index)")
    }
  }

  /// The oldest in TIME-WAIT is evicted if no slot is free.
  @Test(arguments: 0..<8)
  func theOldestTimeWait(shift: Int) throws {
    // First, all slots have been in TIME-WAIT in another order.
    for round in 0..<2 {
      for index in 0..<8 {
        peer.port = UInt16(2000 + 100 * round + (index * (1 + 2 * round) + shift) % 8)
        peer.sequence = SequenceNumber(1000)
        let connection = try #require(peer.open(listener, options: .segment(1000)))
        host.close(connection)
        peer.poll()
        let fin = try #require(peer.all().last?.tcp)
        peer.acknowledge(fin.sequence + 1)
        peer.send(.fin | .ack)
        _ = peer.all()
      }
      if round == 0 { host.wait(.seconds(61)) }
      peer.introduce()
    }
    #expect(host.stack.ending.count == 8)
    // Two more take the slots of the two oldest.
    for port in UInt16(5000)..<5002 {
      peer.port = port
      peer.sequence = SequenceNumber(1000)
      _ = try #require(peer.open(listener, options: .segment(1000)))
    }
    let left = (0..<8).filter { index in
      let port = UInt16(2100 + (index * 3 + shift) % 8)
      let remote = Endpoint(peer.address, port)
      let local = Endpoint(peer.hostAddress, 7)
      return host.stack.find(local, remote, hash: host.stack.flowHash(local, remote)) != nil
    }
    #expect(left == Array(2..<8))
  }
}
