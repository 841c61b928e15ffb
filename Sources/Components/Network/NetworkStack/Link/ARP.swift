// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// ARP packets in and out (RFC 826). `NeighbourCache` holds what they tell.
extension NetworkStack {
  @inline(never)
  mutating func receiveARP<Output: FrameOutput & ~Copyable>(
    _ packet: RawSpan, now: Instant, into output: inout Output
  ) {
    guard let arp = ARPPacket(parsing: packet) else {
      counters.malformed &+= 1
      return
    }
    guard arp.senderHardware != configuration.hardware else { return }
    if usesDHCP, dhcp.phase == .probing {
      // Another host has the offered address, or probes for it too (RFC 5227, 2.1.1).
      dhcp.conflict(over: arp.sender, random: random32(), now: now)
      if arp.sender.isUnspecified {
        dhcp.conflict(over: arp.target, random: random32(), now: now)
      }
      timers.wake(dhcpTimer, by: dhcp.deadline)
    }
    guard let address = network?.address else { return }
    guard arp.sender != address else { return addressConflict(with: arp.senderHardware, now: now) }
    let isForUs = arp.target == address
    if isOnLink(arp.sender),
      neighbours.learn(arp.sender, arp.senderHardware, isForUs: isForUs, now: now)
    {
      held.neighbourResolved(arp.sender, arp.senderHardware)
      queueWokenConnections()
    }
    guard isForUs, arp.operation == .request else { return }
    let reply = ARPPacket(
      operation: .reply, senderHardware: configuration.hardware, sender: address,
      targetHardware: arp.senderHardware, target: arp.sender)
    _ = sendARP(reply, to: arp.senderHardware, into: &output)
  }

  /// Lets connections that waited for a neighbour try again.
  mutating func queueWokenConnections() {
    while let index = neighbours.nextWoken() { sendQueue.push(index) }
  }

  mutating func sendARP<Output: FrameOutput & ~Copyable>(
    _ packet: ARPPacket, to destination: MACAddress, into output: inout Output
  ) -> Bool {
    let header = EthernetHeader(
      destination: destination, source: configuration.hardware, type: .arp)
    let isSent = output.send(EthernetHeader.byteCount + ARPPacket.byteCount) { frame in
      header.write(to: &frame)
      packet.write(to: &frame, at: EthernetHeader.byteCount)
    }
    if isSent { counters.framesOut &+= 1 }
    return isSent
  }

  @inline(never)
  mutating func sendARPRequests<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    guard let address = network?.address else { return true }
    while let request = neighbours.nextRequest() {
      let packet = ARPPacket(
        operation: .request, senderHardware: configuration.hardware, sender: address,
        targetHardware: MACAddress(0), target: request.target)
      guard sendARP(packet, to: request.destination, into: &output) else { return false }
      neighbours.didSend(request, now: now)
    }
    timers.wake(neighbourTimer, by: neighbours.deadline)
    return true
  }
}
