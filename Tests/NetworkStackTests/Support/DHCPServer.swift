// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Testing
import Time
import Wire

/// An option in wire format.
struct Option {
  var code: UInt8
  var body: [UInt8]

  static func all(in bytes: [UInt8]) -> [Option] {
    var all: [Option] = []
    var index = 0
    while index < bytes.count, bytes[index] != 255 {
      let end = index + 2 + Int(bytes[index + 1])
      all.append(Option(code: bytes[index], body: Array(bytes[index + 2..<end])))
      index = end
    }
    return all
  }
}

/// A scripted DHCP server: it answers requests unless it is told not to.
final class DHCPServer {
  let address = IPv4Address(10, 0, 2, 2)
  let hardware = MACAddress(2, 0, 0, 0, 0, 0xdc)
  var offers = IPv4Address(10, 0, 2, 15)
  var mask: IPv4Address? = IPv4Address(255, 255, 255, 0)
  var router: IPv4Address? = IPv4Address(10, 0, 2, 2)
  /// Changes the options before they are sent, and the bytes behind them.
  var options: ([Option]) -> [Option] = { $0 }
  var tail: [UInt8] = [255]
  /// Bytes for the fields for names, from byte 44 on.
  var names: [UInt8] = []
  var lease: UInt32 = 3600
  var renewal: UInt32?
  var rebinding: UInt32?
  var answers = true
  var refuses = false
  /// Another host has the offered address.
  var occupied = false
  var heard: [(DHCPMessage, IPv4Header, Instant)] = []
  var requests: [ARPPacket] = []
  var announcements: [(IPv4Address, Instant)] = []

  func hear(_ host: Host, _ frames: [[UInt8]]) {
    for frame in frames {
      guard let packet = Packet(frame) else { continue }
      if let arp = packet.arp { hear(host, arp) }
      guard let udp = packet.udp, udp.destinationPort == 67, let ip = packet.ip,
        let message = packet.payload.lend({ DHCPMessage(parsing: $0) })
      else { continue }
      #expect(udp.sourcePort == 68)
      heard.append((message, ip, host.now))
      guard answers else { continue }
      if message.kind == .discover { answer(host, message, .offer) }
      if message.kind == .request { answer(host, message, refuses ? .refuse : .acknowledge) }
    }
  }

  private func hear(_ host: Host, _ arp: ARPPacket) {
    guard arp.operation == .request else { return }
    if arp.sender == arp.target { announcements.append((arp.target, host.now)) }
    requests.append(arp)
    let owner: MACAddress
    if arp.target == address {
      owner = hardware
    } else if arp.target == offers, occupied {
      owner = MACAddress(2, 0, 0, 0, 0, 0xee)
    } else {
      return
    }
    var frame = [UInt8](repeating: 0, count: 42)
    frame.withBytes { bytes in
      EthernetHeader(destination: host.hardware, source: owner, type: .arp).write(to: &bytes)
      ARPPacket(
        operation: .reply, senderHardware: owner, sender: arp.target,
        targetHardware: host.hardware, target: arp.sender
      ).write(to: &bytes, at: 14)
    }
    hear(host, host.exchange(frame))
  }

  func answer(_ host: Host, _ request: DHCPMessage, _ kind: DHCPMessage.Kind) {
    var message = DHCPMessage(kind, transaction: request.transaction, hardware: request.hardware)
    message.server = address
    if kind != .refuse {
      message.your = offers
      message.leaseTime = lease
      message.renewalTime = renewal
      message.rebindingTime = rebinding
      message.mask = mask
      message.router = router
      message.resolver = IPv4Address(10, 0, 2, 3)
    }
    hear(host, host.exchange(frame(host, message)))
  }

  func frame(_ host: Host, _ message: DHCPMessage) -> [UInt8] {
    var payload = [UInt8](repeating: 0, count: DHCPMessage.byteCount)
    payload.withBytes { message.write(to: &$0, at: 0) }
    payload.replaceSubrange(44..<44 + names.count, with: names)
    let changed = options(Option.all(in: Array(payload[240...])))
    payload.removeSubrange(240...)
    payload += changed.flatMap { [$0.code, UInt8($0.body.count)] + $0.body } + tail
    // Broadcast to a client without an address, unicast otherwise.
    let destination = message.your == IPv4Address(0) ? IPv4Address.broadcast : message.your
    return Make.ip(
      Make.udp(payload, from: (address, 67), to: (destination, 68)), .udp, from: address,
      to: destination, at: host.hardware, by: hardware)
  }

  /// Advances time; returns the number of wake-ups.
  @discardableResult
  func run(_ host: Host, _ interval: Interval) -> Int {
    let end = host.now + interval
    var wakes = 0
    hear(host, host.poll2())
    while host.nextDeadline <= end {
      host.now = max(host.now, host.nextDeadline)
      hear(host, host.poll2())
      wakes += 1
      if wakes > 100_000 {
        Issue.record("the stack does not rest")
        return wakes
      }
    }
    host.now = end
    hear(host, host.poll2())
    return wakes
  }
}

extension Host {
  func poll2() -> [[UInt8]] {
    poll()
    return output.drain()
  }
}
