// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// IPv4 packets in, their fragments, and packets that answer them (RFC 791).
extension NetworkStack {
  @inline(__always)
  mutating func receiveIPv4<Output: FrameOutput & ~Copyable>(
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
      guard isBroadcastForUs(header) else {
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
    // Safety: a parsed packet contains as many bytes behind its header as the header says.
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

  // Broadcasts, and what DHCP servers send to a host without an address.
  private func isBroadcastForUs(_ header: IPv4Header) -> Bool {
    if header.destination == .broadcast { return true }
    if let network { return header.destination == network.broadcast }
    return usesDHCP && header.protocol == .udp
  }

  /// A received packet's origin.
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
      receiveOther(payload, frame, origin, now: now, into: &output)
      return .nothing
    }
  }

  @inline(never)
  private mutating func receiveOther<Output: FrameOutput & ~Copyable>(
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
    // The bytes are moved out of the stack, so that the calls can change the stack.
    let bytes = reassembly.lendBytes()
    bytes.withBytes(whole.payload) { payload in
      switch origin.header.protocol {
      case .udp:
        _ = receiveUDP(
          payload, at: 0, payload, origin, isLendable: false, now: now, into: &output)
      case .tcp:
        // A path that fragments segments is slow anyway, so their data is not lent.
        receiveReassembledTCP(payload, origin, now: now, into: &output)
      default: receiveOther(payload, payload, origin, now: now, into: &output)
      }
    }
    reassembly.returnBytes(bytes)
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
        schedule(index)
      }
    }
  }

  /// Answers a packet to the station that its frame came from, without a neighbour look-up. False
  /// if it was not sent.
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
}

/// A fragment's fields in the IPv4 header.
struct Fragment: BitwiseCopyable {
  var identification: UInt16
  /// Flags and offset, as on the wire.
  var field: UInt16
}
