// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Wire

// ICMP (RFC 792; RFC 1122, 3.2.2).
extension NetworkStack {
  @inline(never)
  mutating func receiveICMP<Output: FrameOutput & ~Copyable>(
    _ payload: RawSpan, _ origin: Origin, now: Instant, into output: inout Output
  ) {
    guard let message = ICMPMessage(parsing: payload) else {
      counters.malformed &+= 1
      return
    }
    switch message.kind {
    case .echoRequest(let identifier, let sequence):
      // Broadcast pings are not answered (RFC 1122, 3.2.2.6, allows it).
      guard configuration.answersEcho, !origin.isBroadcast else { return }
      answerEcho(
        payload, ICMPMessage(.echoReply(identifier: identifier, sequence: sequence)), origin,
        into: &output)
    case .unreachable(let reason):
      takeUnreachable(
        reason, payload.extracting(ICMPMessage.headerByteCount..<payload.byteCount), now: now)
    case .echoReply, .timeExceeded, .other: break
    }
  }

  /// Answers a packet with one to the station that its frame came from, without looking anybody up. False when it was not
  /// sent.
  @discardableResult
  mutating func sendToSender<Output: FrameOutput & ~Copyable>(
    _ origin: Origin, _ carried: IPProtocol, _ byteCount: Int, _ fragment: Fragment? = nil,
    into output: inout Output, _ write: (inout MutableRawSpan, Int) -> Void
  ) -> Bool {
    guard let source = network?.address, !origin.hardware.isMulticast else { return false }
    let ethernet = EthernetHeader(
      destination: origin.hardware, source: configuration.hardware, type: .ipv4)
    var header = IPv4Header(
      source: source, destination: origin.header.source, protocol: carried,
      payloadByteCount: byteCount)
    if let fragment {
      header.identification = fragment.identification
      header.fragmentField = fragment.field
    }
    let start = EthernetHeader.byteCount + IPv4Header.byteCount
    let isSent = output.send(start + byteCount) { frame in
      ethernet.write(to: &frame)
      header.write(to: &frame, at: EthernetHeader.byteCount)
      write(&frame, start)
    }
    if isSent { counters.framesOut &+= 1 }
    return isSent
  }

  /// Tells the sender that nobody here wants what it sent; not for broadcasts (RFC 1122, 3.2.2), and
  /// only so often.
  @inline(never)
  mutating func sendUnreachable<Output: FrameOutput & ~Copyable>(
    _ reason: ICMPMessage.Unreachable, about payload: RawSpan, _ origin: Origin, now: Instant,
    into output: inout Output
  ) {
    guard !origin.isBroadcast, origin.header.source.isHost, errorLimit.allows(now: now) else {
      return
    }
    var offender = origin.header
    offender.headerByteCount = IPv4Header.byteCount
    let quoted = payload.extracting(0..<min(payload.byteCount, 8))
    let byteCount = ICMPMessage.headerByteCount + IPv4Header.byteCount + quoted.byteCount
    sendToSender(origin, .icmp, byteCount, into: &output) { frame, start in
      let header = start + ICMPMessage.headerByteCount
      offender.write(to: &frame, at: header)
      frame.copy(quoted, to: header + IPv4Header.byteCount)
      ICMPMessage(.unreachable(reason)).write(to: &frame, at: start)
    }
  }

  /// What a router says about a packet of ours: only believed where it quotes a number that is on
  /// its way (RFC 5927, 4).
  private mutating func takeUnreachable(
    _ reason: ICMPMessage.Unreachable, _ quoted: RawSpan, now: Instant
  ) {
    guard quoted.byteCount >= IPv4Header.byteCount + 8, quoted.byte(at: 0) >> 4 == 4 else { return }
    let headerByteCount = Int(quoted.byte(at: 0) & 0xf) * 4
    guard headerByteCount >= IPv4Header.byteCount, quoted.byteCount >= headerByteCount + 8,
      quoted.byte(at: 9) == IPProtocol.tcp.value
    else { return }
    let local = Endpoint(IPv4Address(quoted.number32(at: 12)), quoted.number16(at: headerByteCount))
    let remote = Endpoint(
      IPv4Address(quoted.number32(at: 16)), quoted.number16(at: headerByteCount + 2))
    let sequence = SequenceNumber(quoted.number32(at: headerByteCount + 4))
    guard let index = find(local, remote, hash: flowHash(local, remote)),
      connections[index].una <= sequence, sequence < connections[index].highest
    else { return }
    if case .fragmentationNeeded(let nextHop) = reason {
      // Routers that do not tell are taken to mean what all must carry (RFC 1191, 5).
      let told = nextHop == 0 ? 576 : Int(nextHop)
      connections[index].pathCarries(told)
    } else if connections[index].state == .synSent {
      // Before a connection is open, no answer will come (RFC 1122, 4.2.3.9).
      let isPort = reason == .portUnreachable
      connections[index].fail(isPort ? .refused : .unreachable)
    }
    settle(index)
  }
}

extension Connection {
  /// A router dropped a packet that was larger than it can hand on (RFC 1191).
  mutating func pathCarries(_ unit: Int) {
    let fitting = max(unit &- 40 &- (usesTimestamps ? 12 : 0), TCPLimits.leastSegment)
    guard state.isSynchronised, fitting < segment else { return }
    segment = fitting
    // It is lost, but not by congestion.
    next = una
    isTiming = false
  }
}
