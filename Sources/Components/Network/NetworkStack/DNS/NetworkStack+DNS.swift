// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// DNS: look-ups, their queries and timers.
extension NetworkStack {
  /// Looks up the addresses of a name; an event reports the result. Waits until the stack has an
  /// address, but fails at once without a name server. Throws `noSocket` if too many look-ups are
  /// open.
  public mutating func lookUp(_ name: DNSName, tag: UInt = 0) throws(SocketError) -> DNSLookup {
    guard let lookup = resolver.begin(name, tag: tag, random: secret.random(for: .lookups)) else {
      throw .noSocket
    }
    return lookup
  }

  /// The state of a look-up; nil for an unknown or closed one.
  public func result(of lookup: DNSLookup) -> DNSResult? { resolver.result(of: lookup) }

  /// Ends a look-up, completed or not.
  public mutating func close(_ lookup: DNSLookup) { resolver.end(lookup) }

  mutating func tickResolver(now: Instant) {
    while let index = resolver.tick(random: secret.random(for: .lookups), now: now) {
      events.push(eventIndex(lookup: index))
    }
    timers.wake(resolverTimer, by: resolver.deadline)
  }

  /// Sends due queries; false if no buffer was free.
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
        resolver.didSend(question, now: now)
      } else {
        // An ARP request is under way; the query is retried soon.
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
