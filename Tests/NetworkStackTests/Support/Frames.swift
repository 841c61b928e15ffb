// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Wire

/// Collects frames in memory; `limit` is the number of buffers.
struct Frames: FrameOutput {
  var frames: [[UInt8]] = []
  var limit = Int.max
  /// The sum of all bytes lent. Each buffer initially contains 0xa5.
  var lent = 0

  mutating func send(_ byteCount: Int, _ write: (inout MutableRawSpan) -> Void) -> Bool {
    guard frames.count < limit else { return false }
    precondition((42...1514).contains(byteCount), "a frame of \(byteCount) bytes")
    var frame = [UInt8](repeating: 0xa5, count: byteCount)
    frame.withBytes { write(&$0) }
    frames.append(frame)
    lent += byteCount
    return true
  }

  mutating func drain() -> [[UInt8]] {
    let all = frames
    frames = []
    return all
  }
}

extension [UInt8] {
  /// Lends the bytes for writing.
  mutating func withBytes<Result>(_ body: (inout MutableRawSpan) -> Result) -> Result {
    unsafe withUnsafeMutableBytes { buffer in
      var span = unsafe MutableRawSpan(_unsafeBytes: buffer)
      return body(&span)
    }
  }

  /// Replaces a SYN's timestamps by no-operations.
  mutating func stripTimestamps() {
    guard let packet = Packet(self), let ip = packet.ip, let tcp = packet.tcp, tcp.flags.has(.syn)
    else { return }
    var index = 54
    while index < 34 + tcp.headerByteCount, self[index] != 0 {
      let count = self[index] == 1 ? 1 : Int(self[index + 1])
      if self[index] == 8 {
        replaceSubrange(index..<index + count, with: repeatElement(1, count: count))
      }
      index += count
    }
    withBytes { bytes in
      bytes.put(UInt16(0), at: 50)
      TCPHeader.seal(&bytes, at: 34, from: ip.source, to: ip.destination)
    }
  }

  /// Lends the bytes for reading.
  func lend<Result>(_ body: (RawSpan) -> Result) -> Result { body(span.bytes) }
}

extension RawSpan {
  var array: [UInt8] { (0..<byteCount).map { byte(at: $0) } }
}

/// A parsed frame.
struct Packet {
  var ethernet: EthernetHeader
  var arp: ARPPacket?
  var ip: IPv4Header?
  var tcp: TCPHeader?
  var options = TCPOptions()
  var udp: UDPHeader?
  var icmp: ICMPMessage?
  var payload: [UInt8] = []

  init?(_ frame: [UInt8]) {
    let bytes = frame.span.bytes
    guard let ethernet = EthernetHeader(parsing: bytes) else { return nil }
    self.ethernet = ethernet
    let packet = bytes.extracting(14..<bytes.byteCount)
    if ethernet.type == .arp {
      arp = ARPPacket(parsing: packet)
      return
    }
    guard let ip = IPv4Header(parsing: packet) else { return nil }
    self.ip = ip
    let carried = packet.extracting(
      ip.headerByteCount..<ip.headerByteCount + ip.payloadByteCount)
    switch ip.protocol {
    case .tcp:
      guard let tcp = TCPHeader(parsing: carried),
        TCPHeader.isIntact(carried, from: ip.source, to: ip.destination),
        let options = TCPOptions(parsing: carried.extracting(20..<tcp.headerByteCount))
      else { return nil }
      self.tcp = tcp
      self.options = options
      payload = carried.extracting(tcp.headerByteCount..<carried.byteCount).array
    case .udp:
      guard let udp = UDPHeader(parsing: carried),
        udp.isIntact(carried, from: ip.source, to: ip.destination)
      else { return nil }
      self.udp = udp
      payload = carried.extracting(8..<8 + udp.payloadByteCount).array
    case .icmp:
      guard let icmp = ICMPMessage(parsing: carried) else { return nil }
      self.icmp = icmp
      payload = carried.extracting(8..<carried.byteCount).array
    default: payload = carried.array
    }
  }
}

/// Builds frames.
enum Make {
  static func ip(
    _ carried: [UInt8], _ protocol: IPProtocol, from source: IPv4Address,
    to destination: IPv4Address, at hardware: MACAddress, by sender: MACAddress,
    change: (inout IPv4Header) -> Void = { _ in }
  ) -> [UInt8] {
    var frame = [UInt8](repeating: 0, count: 34 + carried.count)
    frame.replaceSubrange(34..., with: carried)
    frame.withBytes { bytes in
      EthernetHeader(destination: hardware, source: sender, type: .ipv4).write(to: &bytes)
      var header = IPv4Header(
        source: source, destination: destination, protocol: `protocol`,
        payloadByteCount: carried.count)
      change(&header)
      header.write(to: &bytes, at: 14)
    }
    return frame
  }

  static func udp(
    _ payload: [UInt8], from source: (IPv4Address, UInt16), to destination: (IPv4Address, UInt16)
  ) -> [UInt8] {
    var datagram = [UInt8](repeating: 0, count: 8) + payload
    datagram.withBytes {
      UDPHeader(
        sourcePort: source.1, destinationPort: destination.1, payloadByteCount: payload.count
      ).write(to: &$0, at: 0, from: source.0, to: destination.0)
    }
    return datagram
  }

  static func tcp(
    _ header: TCPHeader, _ options: TCPOptions = TCPOptions(), _ payload: [UInt8] = [],
    from source: IPv4Address, to destination: IPv4Address
  ) -> [UInt8] {
    var header = header
    header.headerByteCount = 20 + options.byteCount
    var segment = [UInt8](repeating: 0, count: header.headerByteCount) + payload
    segment.withBytes {
      header.write(to: &$0, at: 0)
      options.write(to: &$0, at: 20)
      TCPHeader.seal(&$0, at: 0, from: source, to: destination)
    }
    return segment
  }
}
