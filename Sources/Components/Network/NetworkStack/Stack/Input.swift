// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Wire

// Frames in, from the link to the sockets.
extension NetworkStack {
  /// Takes a frame that has arrived; it is only looked at during the call. `isChecked` says that the
  /// device has verified the checksum of what IP carries. What comes back has to be taken out of the
  /// frame before the next call.
  public mutating func receive<Output: FrameOutput & ~Copyable>(
    _ frame: RawSpan, isChecked: Bool = false, now: Instant, into output: inout Output
  ) -> Delivery {
    counters.framesIn &+= 1
    guard let ethernet = EthernetHeader(parsing: frame) else {
      counters.malformed &+= 1
      return .nothing
    }
    let isOurs = ethernet.destination == configuration.hardware
    guard isOurs || ethernet.destination == .broadcast else {
      counters.ignored &+= 1
      return .nothing
    }
    // Safety: a frame that was parsed has its header.
    let packet = unsafe frame.extracting(
      unchecked: Range(uncheckedBounds: (ethernet.headerByteCount, frame.byteCount)))
    if ethernet.type == .ipv4 {
      return receiveIPv4(
        packet, in: frame, ethernet, isOurs: isOurs, isChecked: isChecked, now: now, into: &output)
    }
    if ethernet.type == .arp {
      receiveARP(packet, now: now, into: &output)
    } else {
      counters.ignored &+= 1
    }
    return .nothing
  }

  @inline(__always)
  private mutating func receiveIPv4<Output: FrameOutput & ~Copyable>(
    _ packet: RawSpan, in frame: RawSpan, _ ethernet: EthernetHeader, isOurs: Bool,
    isChecked: Bool, now: Instant, into output: inout Output
  ) -> Delivery {
    guard let header = IPv4Header(parsing: packet) else {
      counters.malformed &+= 1
      return .nothing
    }
    let isBroadcast: Bool
    if let network, header.destination == network.address {
      isBroadcast = !isOurs
    } else {
      guard isForUsAnyway(header) else {
        counters.ignored &+= 1
        return .nothing
      }
      isBroadcast = true
    }
    guard header.source.isHost || (header.source.isUnspecified && isBroadcast),
      header.source != network?.address, header.source != network?.broadcast
    else {
      counters.martians &+= 1
      return .nothing
    }
    let start = ethernet.headerByteCount &+ header.headerByteCount
    let origin = Origin(
      header: header, hardware: ethernet.source, isBroadcast: isBroadcast, isChecked: isChecked)
    // Safety: a packet that was parsed has as many bytes as its header says, behind the header.
    let payload = unsafe packet.extracting(
      unchecked: Range(
        uncheckedBounds: (
          header.headerByteCount, header.headerByteCount &+ header.payloadByteCount
        )))
    guard header.isFragment else {
      return receivePayload(payload, at: start, frame, origin, now: now, into: &output)
    }
    counters.fragments &+= 1
    receiveFragment(payload, origin, now: now, into: &output)
    return .nothing
  }

  // Broadcasts, and what DHCP servers send to a host that has no address yet.
  private func isForUsAnyway(_ header: IPv4Header) -> Bool {
    if header.destination == .broadcast { return true }
    if let network { return header.destination == network.broadcast }
    return usesDHCP && header.protocol == .udp
  }

  /// Where a packet came from, and how.
  struct Origin: BitwiseCopyable {
    var header: IPv4Header
    var hardware: MACAddress
    var isBroadcast: Bool
    var isChecked: Bool
  }

  @inline(__always)
  private mutating func receivePayload<Output: FrameOutput & ~Copyable>(
    _ payload: RawSpan, at start: Int, _ frame: RawSpan, _ origin: Origin, now: Instant,
    into output: inout Output
  ) -> Delivery {
    switch origin.header.protocol {
    case .tcp:
      return receiveTCP(payload, at: start, frame, origin, now: now, into: &output)
    case .udp:
      return receiveUDP(
        payload, at: start, frame, origin, isLendable: true, now: now, into: &output)
    default:
      receiveRare(payload, frame, origin, now: now, into: &output)
      return .nothing
    }
  }

  @inline(never)
  private mutating func receiveRare<Output: FrameOutput & ~Copyable>(
    _ payload: RawSpan, _ frame: RawSpan, _ origin: Origin, now: Instant, into output: inout Output
  ) {
    if origin.header.protocol == .icmp {
      receiveICMP(payload, origin, now: now, into: &output)
    } else {
      counters.unwanted &+= 1
      sendUnreachable(.protocolUnreachable, about: payload, origin, now: now, into: &output)
    }
  }

  @inline(never)
  private mutating func receiveFragment<Output: FrameOutput & ~Copyable>(
    _ payload: RawSpan, _ origin: Origin, now: Instant, into output: inout Output
  ) {
    guard let whole = reassembly.insert(origin.header, payload, now: now) else { return }
    counters.reassembled &+= 1
    var origin = origin
    origin.header.payloadByteCount = whole.payload.count
    origin.header.fragmentField = 0
    origin.isChecked = false
    // The bytes are moved out of the stack for the call, so that the stack can be changed in it.
    let bytes = reassembly.takeBytes()
    bytes.withBytes(whole.payload) { payload in
      switch origin.header.protocol {
      case .udp:
        _ = receiveUDP(
          payload, at: 0, payload, origin, isLendable: false, now: now, into: &output)
      case .tcp:
        // A path that fragments segments is slow already; nothing of them is lent.
        receiveReassembledTCP(payload, origin, now: now, into: &output)
      default: receiveRare(payload, payload, origin, now: now, into: &output)
      }
    }
    reassembly.giveBack(bytes)
  }

  @inline(never)
  private mutating func receiveReassembledTCP<Output: FrameOutput & ~Copyable>(
    _ payload: RawSpan, _ origin: Origin, now: Instant, into output: inout Output
  ) {
    let delivery = receiveTCP(payload, at: 0, payload, origin, now: now, into: &output)
    if case .stream(let connection, _, let range) = delivery {
      keep(payload.extracting(range.bounds(in: payload.byteCount)), of: connection)
      if let index = index(of: connection) {
        connections[index].raise(.readable)
        settle(index)
      }
    }
  }

  @inline(never)
  private mutating func receiveARP<Output: FrameOutput & ~Copyable>(
    _ packet: RawSpan, now: Instant, into output: inout Output
  ) {
    guard let arp = ARPPacket(parsing: packet) else {
      counters.malformed &+= 1
      return
    }
    guard arp.senderHardware != configuration.hardware else { return }
    if usesDHCP, dhcp.phase == .probing {
      // Somebody has the address that was offered, or probes for it as well (RFC 5227, 2.1.1).
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
      held.resolved(arp.sender, arp.senderHardware)
      wakeWaiting()
    }
    guard isForUs, arp.operation == .request else { return }
    let reply = ARPPacket(
      operation: .reply, senderHardware: configuration.hardware, sender: address,
      targetHardware: arp.senderHardware, target: arp.sender)
    _ = sendARP(reply, to: arp.senderHardware, into: &output)
  }

  /// Connections that waited for a neighbour try again.
  mutating func wakeWaiting() {
    while let index = neighbours.nextWoken() { output.push(index) }
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
}
