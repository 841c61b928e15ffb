// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Wire

// DHCP and DNS, as the stack's own users of UDP.
extension NetworkStack {
  /// Gets an address by DHCP, and keeps it. `wanted` is asked for first.
  public mutating func startDHCP(wanted: IPv4Address? = nil, now: Instant) {
    usesDHCP = true
    dhcp.wanted = wanted
    dhcp.start(random: random32(), now: now)
    timers.wake(dhcpTimer, by: dhcp.deadline)
  }

  /// Gives the address back.
  public mutating func releaseDHCP() { dhcp.release() }

  /// The present lease.
  public var lease: DHCPLease? { dhcp.lease }

  mutating func apply(_ change: DHCPClient.Change, now: Instant) {
    timers.wake(dhcpTimer, by: dhcp.deadline)
    switch change {
    case .nothing: break
    case .bound:
      guard let lease = dhcp.lease else { return }
      let told = lease.maximumUnit.map { Int($0) } ?? configuration.maximumUnit
      unit = min(max(told, 576), configuration.maximumUnit)
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

  /// Sends what DHCP has to say; false when there was no buffer.
  mutating func sendDHCP<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    if let target = dhcp.probe {
      let packet = ARPPacket(
        operation: .request, senderHardware: configuration.hardware, sender: .unspecified,
        targetHardware: MACAddress(0), target: target)
      guard sendARP(packet, to: .broadcast, into: &output) else { return false }
      dhcp.probed(now: now)
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
        // It goes when the address is known; if it never is, rebinding helps.
        case .searching: return true
        case .unreachable:
          dhcp.sent()
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
    dhcp.sent()
    return true
  }

  /// Looks up the addresses of a name; an event tells when `result` is no longer pending. Without an address of the
  /// stack's own it waits for one; without a name server it fails at once. Throws `noSocket` when there are as many
  /// look-ups as there may be.
  public mutating func lookUp(_ name: DNSName, tag: UInt = 0) throws(SocketError) -> DNSLookup {
    guard let lookup = resolver.begin(name, tag: tag, random: secret.random(for: .lookups)) else {
      throw .noSocket
    }
    return lookup
  }

  /// How a look-up stands; nil for one that is not known (any more).
  public func result(of lookup: DNSLookup) -> DNSResult? { resolver.result(of: lookup) }

  /// Forgets a look-up, whether it has ended or not.
  public mutating func close(_ lookup: DNSLookup) { resolver.end(lookup) }

  mutating func tickResolver(now: Instant) {
    while let index = resolver.tick(random: secret.random(for: .lookups), now: now) {
      events.push(eventIndex(lookup: index))
    }
    timers.wake(resolverTimer, by: resolver.deadline)
  }

  /// Sends the questions that are due; false when there was no buffer.
  mutating func sendQuestions<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    guard let source = network?.address else { return true }
    while let question = resolver.nextQuestion() {
      let flow = DatagramFlow(
        source: source, destination: question.server, sourcePort: question.port,
        destinationPort: 53)
      var hardware: MACAddress?
      switch route(to: question.server) {
      case .direct(let address): hardware = address
      case .via(let nextHop):
        if case .known(let address, _) = neighbours.resolve(nextHop, now: now) {
          hardware = address
        }
      case .none: break
      }
      if let hardware {
        guard sendQuestion(question, flow, to: hardware, into: &output) else {
          timers.wake(resolverTimer, by: resolver.deadline)
          return false
        }
        resolver.sent(question, now: now)
      } else {
        // The neighbour is asked for meanwhile; the question is asked again soon.
        resolver.postpone(question, now: now)
      }
    }
    timers.wake(resolverTimer, by: resolver.deadline)
    return true
  }

  private mutating func sendQuestion<Output: FrameOutput & ~Copyable>(
    _ question: Resolver.Question, _ flow: DatagramFlow, to hardware: MACAddress,
    into output: inout Output
  ) -> Bool {
    let count = question.query.byteCount
    let ethernet = EthernetHeader(
      destination: hardware, source: configuration.hardware, type: .ipv4)
    let isSent = output.send(42 + count) { frame in
      ethernet.write(to: &frame)
      IPv4Header(
        source: flow.source, destination: flow.destination, protocol: .udp,
        payloadByteCount: UDPHeader.byteCount + count
      ).write(to: &frame, at: 14)
      question.query.write(to: &frame, at: 42)
      UDPHeader(
        sourcePort: flow.sourcePort, destinationPort: flow.destinationPort, payloadByteCount: count
      ).write(to: &frame, at: 34, from: flow.source, to: flow.destination)
    }
    if isSent { counters.framesOut &+= 1 }
    return isSent
  }
}
