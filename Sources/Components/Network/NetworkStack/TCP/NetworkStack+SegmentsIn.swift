// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// TCP segments in, from the IPv4 packet to the connection; `NetworkStack+SegmentsOut` is the
// counterpart.
extension NetworkStack {
  @inline(__always)
  mutating func receiveTCP<Output: FrameOutput & ~Copyable>(
    _ bytes: RawSpan, at start: Int, _ frame: RawSpan, _ origin: Origin, now: Instant,
    into output: inout Output
  ) -> Delivery {
    guard !origin.isBroadcast, let header = TCPHeader(parsing: bytes),
      origin.isChecked
        || TCPHeader.isIntact(
          bytes, from: origin.header.source, to: origin.header.destination),
      // Safety: a parsed segment contains its whole header.
      let options = TCPOptions(
        parsing: unsafe bytes.extracting(
          unchecked: Range(uncheckedBounds: (TCPHeader.byteCount, header.headerByteCount))))
    else {
      counters.malformed &+= 1
      return .nothing
    }
    var segment = Segment(
      header: header, options: options,
      payload: ByteRange(
        start: start &+ header.headerByteCount, count: bytes.byteCount &- header.headerByteCount))
    let local = Endpoint(origin.header.destination, header.destinationPort)
    let remote = Endpoint(origin.header.source, header.sourcePort)
    let hash = flowHash(local, remote)
    guard let index = find(local, remote, hash: hash), !makesRoom(index, &segment) else {
      receiveStray(&segment, local, remote, origin, now: now, into: &output)
      return .nothing
    }
    let arrival = connections[index].segmentArrived(&segment, frame: frame, pool: &pool, now: now)
    switch arrival {
    case .nothing:
      schedule(index)
      return .nothing
    case .lend(let range):
      schedule(index)
      return .stream(handle(index), tag: connections[index].tag, range)
    case .refuse, .forget:
      end(index, arrival, &segment, origin, now: now, into: &output)
      return .nothing
    }
  }

  @inline(never)
  private mutating func end<Output: FrameOutput & ~Copyable>(
    _ index: Int, _ arrival: Arrival, _ segment: inout Segment, _ origin: Origin, now: Instant,
    into output: inout Output
  ) {
    if case .refuse = arrival {
      sendReset(answering: &segment, origin, now: now, into: &output)
    } else {
      connections[index].fail(.reset)
    }
    schedule(index)
  }

  /// Whether a SYN reopens a connection in TIME-WAIT: its sequence number or timestamp is beyond
  /// the old one's (RFC 9293, 3.10.7.4; RFC 6191). The old connection then ends.
  @inline(__always)
  private mutating func makesRoom(_ index: Int, _ segment: inout Segment) -> Bool {
    guard connections[index].state == .timeWait else { return false }
    return makesRoomForNew(index, &segment)
  }

  @inline(never)
  private mutating func makesRoomForNew(_ index: Int, _ segment: inout Segment) -> Bool {
    guard segment.header.flags.has(.syn), !segment.header.flags.has(.ack),
      !segment.header.flags.has(.rst)
    else { return false }
    var isNew = segment.header.sequence > connections[index].rcvNxt
    if connections[index].usesTimestamps, let timestamps = segment.options.timestamps {
      let age = Int32(bitPattern: timestamps.value &- connections[index].tsRecent)
      isNew = age > 0 || (age == 0 && isNew)
    }
    guard isNew else { return false }
    connections[index].enterClosed()
    schedule(index)
    return true
  }

  /// Handles a segment that belongs to no connection (RFC 9293, 3.10.7.1 and 3.10.7.2).
  @inline(never)
  private mutating func receiveStray<Output: FrameOutput & ~Copyable>(
    _ segment: inout Segment, _ local: Endpoint, _ remote: Endpoint, _ origin: Origin, now: Instant,
    into output: inout Output
  ) {
    let flags = segment.header.flags
    guard !flags.has(.rst) else { return }
    if flags.has(.syn), !flags.has(.ack), !flags.has(.fin), remote.port != 0,
      receiveSyn(&segment, local, remote, origin, now: now)
    {
      return
    }
    counters.unwanted &+= 1
    sendReset(answering: &segment, origin, now: now, into: &output)
  }

  /// Sends a reset (RFC 9293, 3.10.7.1).
  @inline(never)
  private mutating func sendReset<Output: FrameOutput & ~Copyable>(
    answering segment: inout Segment, _ origin: Origin, now: Instant, into output: inout Output
  ) {
    guard !segment.header.flags.has(.rst), origin.header.source.isHost,
      resetLimit.allows(now: now)
    else { return }
    let heard = segment.header
    var reset = TCPHeader(
      sourcePort: heard.destinationPort, destinationPort: heard.sourcePort,
      sequence: heard.acknowledgement, acknowledgement: SequenceNumber(0), flags: .rst, window: 0)
    if !heard.flags.has(.ack) {
      reset.sequence = SequenceNumber(0)
      reset.acknowledgement = heard.sequence + segment.length
      reset.flags = .rst | .ack
    }
    let source = origin.header.destination
    let destination = origin.header.source
    counters.resetsOut &+= 1
    sendToSender(origin, .tcp, TCPHeader.byteCount, into: &output) { frame, start in
      reset.write(to: &frame, at: start)
      TCPHeader.seal(&frame, at: start, from: source, to: destination)
    }
  }
}
