// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// DHCP: the client's messages and timers.
extension NetworkStack {
  /// Obtains an address by DHCP and keeps it. `wanted` is requested first; if `isOwn`, because this program had it before it was
  /// restarted, and so without looking for other hosts that have it.
  public mutating func startDHCP(wanted: IPv4Address? = nil, isOwn: Bool = false, now: Instant) {
    usesDHCP = true
    dhcp.wanted = wanted
    dhcp.own = isOwn ? wanted : nil
    dhcp.start(random: random32(), now: now)
    timers.wake(dhcpTimer, by: dhcp.deadline)
  }

  /// Releases the address.
  public mutating func releaseDHCP() { dhcp.release() }

  /// The current lease.
  public var lease: DHCPLease? { dhcp.lease }

  mutating func apply(_ change: DHCPClient.Change, now: Instant) {
    timers.wake(dhcpTimer, by: dhcp.deadline)
    switch change {
    case .nothing: break
    case .bound:
      guard let lease = dhcp.lease else { return }
      let told = lease.mtu.map { Int($0) } ?? configuration.mtu
      mtu = min(max(told, 576), configuration.mtu)
      resolver.setServers(lease.resolver, lease.secondResolver)
      adopt(lease.network, lease.routes)
    case .lost: adopt(nil, IPv4Routes())
    }
  }

  mutating func tickDHCP(now: Instant) {
    guard usesDHCP else { return }
    let change = dhcp.tick(random: random32(), now: now)
    apply(change, now: now)
  }

  /// Sends due probes and messages; false if no buffer was free.
  mutating func sendDHCP<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    if let target = dhcp.probe {
      let packet = ARPPacket(
        operation: .request, senderHardware: configuration.hardware, sender: .unspecified,
        targetHardware: MACAddress(0), target: target)
      guard sendARP(packet, to: .broadcast, into: &output) else { return false }
      dhcp.didSendProbe(now: now)
      timers.wake(dhcpTimer, by: dhcp.deadline)
    }
    guard let out = dhcp.outgoing(now: now) else { return true }
    var hardware = MACAddress.broadcast
    if out.destination != .broadcast {
      switch route(to: out.destination) {
      case .none: break
      case .direct(let address): hardware = address
      case .via(let nextHop):
        switch neighbours.resolve(nextHop, now: now) {
        case .known(let address, _): hardware = address
        // It is sent when the address is known; if that never happens, rebinding helps.
        case .searching: return true
        case .unreachable:
          dhcp.didSend()
          return true
        }
      }
    }
    let flow = DatagramFlow(
      source: out.source, destination: out.destination, sourcePort: DHCPMessage.clientPort,
      destinationPort: DHCPMessage.serverPort)
    let ethernet = EthernetHeader(
      destination: hardware, source: configuration.hardware, type: .ipv4)
    let isSent = output.send(42 + DHCPMessage.byteCount) { frame in
      ethernet.write(to: &frame)
      IPv4Header(
        source: flow.source, destination: flow.destination, protocol: .udp,
        payloadByteCount: UDPHeader.byteCount + DHCPMessage.byteCount
      ).write(to: &frame, at: 14)
      out.message.write(to: &frame, at: 42)
      UDPHeader(
        sourcePort: flow.sourcePort, destinationPort: flow.destinationPort,
        payloadByteCount: DHCPMessage.byteCount
      ).write(to: &frame, at: 34, from: flow.source, to: flow.destination)
    }
    guard isSent else { return false }
    counters.framesOut &+= 1
    dhcp.didSend()
    return true
  }
}
