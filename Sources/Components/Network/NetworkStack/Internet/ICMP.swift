// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// ICMP: errors and echo (RFC 792; RFC 1122, 3.2.2).
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
      // Broadcast pings are not answered, as RFC 1122, 3.2.2.6 allows.
      guard configuration.answersEcho, !origin.isBroadcast else { return }
      answerEcho(
        payload, ICMPMessage(.echoReply(identifier: identifier, sequence: sequence)), origin,
        into: &output)
    case .unreachable(let reason):
      receiveUnreachable(
        reason, payload.extracting(ICMPMessage.headerByteCount..<payload.byteCount), now: now)
    case .echoReply, .timeExceeded, .other: break
    }
  }

  /// Reports an unreachable port or protocol to the sender: never for broadcasts (RFC 1122, 3.2.2),
  /// and at a limited rate.
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

  /// Handles an unreachable message about one of our packets. It is believed only if it quotes a
  /// sequence number in flight (RFC 5927, 4).
  private mutating func receiveUnreachable(
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
      connections[index].sndUna <= sequence, sequence < connections[index].sndMax
    else { return }
    if case .fragmentationNeeded(let nextHop) = reason {
      // A router that does not tell its MTU is assumed to have the least one (RFC 1191, 5).
      let told = nextHop == 0 ? 576 : Int(nextHop)
      connections[index].pathCarries(told)
    } else if connections[index].state == .synSent {
      // Fatal only before the connection is open (RFC 1122, 4.2.3.9).
      let isPort = reason == .portUnreachable
      connections[index].fail(isPort ? .refused : .unreachable)
    }
    schedule(index)
  }
}

// Answers to pings, with all of their data (RFC 1122, 3.2.2.6).
extension NetworkStack {
  mutating func answerEcho<Output: FrameOutput & ~Copyable>(
    _ request: RawSpan, _ reply: ICMPMessage, _ origin: Origin, into output: inout Output
  ) {
    let data = request.extracting(ICMPMessage.headerByteCount..<request.byteCount)
    guard request.byteCount + IPv4Header.byteCount > mtu else {
      sendToSender(origin, .icmp, request.byteCount, into: &output) { frame, start in
        frame.copy(data, to: start + ICMPMessage.headerByteCount)
        reply.write(to: &frame, at: start)
      }
      return
    }
    // Fragments hold a multiple of 8 bytes. The last has at least 8, the shortest frame that
    // `FrameOutput` sends.
    let most = (mtu - IPv4Header.byteCount) & ~7
    var offset = 0
    while offset < request.byteCount {
      var end = min(offset + most, request.byteCount)
      if end < request.byteCount, request.byteCount - end < 8 { end -= 8 }
      let isLast = end == request.byteCount
      // The sender chose this identification to be unique between the two hosts (RFC 6864, 4.3).
      let fragment = Fragment(
        identification: origin.header.identification,
        field: UInt16(truncatingIfNeeded: offset / 8) | (isLast ? 0 : 0x2000))
      let isSent = sendToSender(origin, .icmp, end - offset, fragment, into: &output) {
        frame, start in
        let header = offset == 0 ? ICMPMessage.headerByteCount : 0
        frame.copy(request.extracting(offset + header..<end), to: start + header)
        if offset == 0 { reply.write(to: &frame, at: start, before: data) }
      }
      // Without the rest, the fragments sent so far are useless.
      guard isSent else { return }
      offset = end
    }
  }
}

extension Connection {
  /// Shrinks segments: a router dropped a packet that exceeded its MTU (RFC 1191).
  mutating func pathCarries(_ mtu: Int) {
    let largest = max(mtu &- 40 &- (usesTimestamps ? 12 : 0), TCPLimits.leastMSS)
    guard state.isSynchronised, largest < mss else { return }
    mss = largest
    // The packet is lost, but not by congestion.
    sndNxt = sndUna
    isTiming = false
  }
}
