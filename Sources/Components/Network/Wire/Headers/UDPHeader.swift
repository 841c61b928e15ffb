// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// The header of a UDP datagram (RFC 768): 8 bytes.
public struct UDPHeader: Equatable, BitwiseCopyable, Sendable {
  /// Bytes of a header.
  public static var byteCount: Int { 8 }

  /// The sender's port.
  public var sourcePort: UInt16
  /// The receiver's port.
  public var destinationPort: UInt16
  /// Payload bytes.
  public var payloadByteCount: Int
  /// The checksum as on the wire; 0 if the sender computed none.
  public var checksum: UInt16

  /// A header to write.
  @inline(__always)
  public init(sourcePort: UInt16, destinationPort: UInt16, payloadByteCount: Int) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.payloadByteCount = payloadByteCount
    checksum = 0
  }

  /// Nil for a datagram shorter than its length field, or with a length below the header's.
  @inline(__always)
  public init?(parsing datagram: borrowing RawSpan) {
    guard datagram.byteCount >= UDPHeader.byteCount else { return nil }
    let length = Int(datagram.number16(at: 4))
    guard length >= UDPHeader.byteCount, length <= datagram.byteCount else { return nil }
    sourcePort = datagram.number16(at: 0)
    destinationPort = datagram.number16(at: 2)
    payloadByteCount = length &- UDPHeader.byteCount
    checksum = datagram.number16(at: 6)
  }

  /// Whether the checksum is correct or absent.
  @inline(__always)
  public func isIntact(
    _ datagram: borrowing RawSpan, from source: IPv4Address, to destination: IPv4Address
  ) -> Bool {
    guard checksum != 0 else { return true }
    let length = payloadByteCount &+ UDPHeader.byteCount
    guard length <= datagram.byteCount else { return false }
    var sum = IPv4Header.pseudoHeader(
      source: source, destination: destination, protocol: .udp, byteCount: length)
    // Safety: compared above; the length is at least the header's.
    sum.add(unsafe datagram.extracting(unchecked: Range(uncheckedBounds: (0, length))))
    return sum.isIntact
  }

  /// Writes 8 bytes from `offset`. The checksum covers the payload, which must already follow (RFC
  /// 1122, 4.1.3.4).
  @inline(__always)
  public func write(
    to frame: inout MutableRawSpan, at offset: Int, from source: IPv4Address,
    to destination: IPv4Address
  ) {
    let start = offset &+ UDPHeader.byteCount
    var payload = InternetChecksum()
    payload.add(frame.bytes.extracting(start..<start &+ payloadByteCount))
    write(to: &frame, at: offset, from: source, to: destination, payload: payload)
  }

  /// The same, with the payload's sum already computed.
  @inline(__always)
  public func write(
    to frame: inout MutableRawSpan, at offset: Int, from source: IPv4Address,
    to destination: IPv4Address, payload: InternetChecksum
  ) {
    let length = payloadByteCount &+ UDPHeader.byteCount
    let ports = UInt32(sourcePort) << 16 | UInt32(destinationPort)
    var sum = IPv4Header.pseudoHeader(
      source: source, destination: destination, protocol: .udp, byteCount: length)
    sum.add(ports)
    sum.add(UInt16(truncatingIfNeeded: length))
    sum.add(payload)
    // A checksum of zero is sent as 0xffff, since zero means that there is none.
    let value = sum.value
    frame.put(ports, at: offset)
    frame.put(
      UInt32(truncatingIfNeeded: length) << 16 | UInt32(value == 0 ? 0xffff : value),
      at: offset &+ 4)
  }
}
