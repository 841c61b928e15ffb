// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// Control frames are sent beside streams that never end.
@Suite struct ControlFrameTests {
  /// Streams that always use every buffer do not prevent ARP requests.
  @Test func controlUnderLoad() throws {
    let host = Host()
    let listener = try host.stack.listen(port: 7)
    let socket = try host.stack.bind(port: 1000)
    let peer = Peer(host)
    let connection = try #require(peer.open(listener, options: .segment(1460)))
    let data = [UInt8](repeating: 1, count: 20000)
    #expect(host.send([1, 2], to: Endpoint(IPv4Address(10, 0, 0, 55), 9), from: socket) == .held)
    host.output.limit = 4
    var asked = 0
    var bytes = 0
    for _ in 0..<2000 {
      _ = host.write(data, to: connection)
      host.now = host.now + .milliseconds(5)
      host.poll()
      for frame in host.output.drain() {
        guard let packet = Packet(frame) else { continue }
        if packet.arp?.target == IPv4Address(10, 0, 0, 55) { asked += 1 }
        if let tcp = packet.tcp, packet.payload.count > 0 {
          bytes += packet.payload.count
          peer.acknowledgement = SequenceNumber.max(
            peer.acknowledgement, tcp.sequence + packet.payload.count)
        }
      }
      host.receive(peer.frame(.ack))
    }
    #expect(asked > 0, "\(bytes) bytes went, no request")
  }

  /// A datagram held for a neighbour is sent when a handshake reveals its address.
  @Test func heldAndConfirmed() throws {
    let host = Host()
    let listener = try host.stack.listen(port: 7)
    let socket = try host.stack.bind(port: 1000)
    let peer = Peer(host)
    peer.address = IPv4Address(10, 0, 0, 77)
    host.stations = []
    peer.send(.syn)
    let answer = try #require(peer.next()?.tcp)
    peer.acknowledgement = answer.sequence + 1
    #expect(host.send([1, 2], to: Endpoint(peer.address, 9), from: socket) == .held)
    var frames = host.exchange(peer.frame(.ack))
    #expect(host.accept(listener) != nil)
    frames += host.wait(.seconds(20)).frames
    #expect(frames.contains { Packet($0)?.udp?.destinationPort == 9 })
  }
}
