// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// An IP protocol number (IANA). Unknown ones keep their number.
public struct IPProtocol: Equatable, BitwiseCopyable, Sendable {
  /// The number as on the wire.
  public let value: UInt8
  /// Any protocol number.
  @inline(__always)
  public init(_ value: UInt8) { self.value = value }
  /// ICMP (RFC 792).
  public static var icmp: IPProtocol { IPProtocol(1) }
  /// TCP (RFC 9293).
  public static var tcp: IPProtocol { IPProtocol(6) }
  /// UDP (RFC 768).
  public static var udp: IPProtocol { IPProtocol(17) }
}

/// An IPv4 header (RFC 791, 3.1). Options are skipped in parsing and never written.
public struct IPv4Header: Equatable, BitwiseCopyable, Sendable {
  /// Bytes of a header without options, as written.
  public static var byteCount: Int { 20 }

  /// The sender.
  public var source: IPv4Address
  /// The receiver.
  public var destination: IPv4Address
  /// What the packet carries.
  public var `protocol`: IPProtocol
  /// Header bytes including options: 20...60.
  public var headerByteCount: Int
  /// Payload bytes.
  public var payloadByteCount: Int
  /// Identifies the packet that a fragment belongs to.
  public var identification: UInt16
  /// Remaining hops.
  public var timeToLive: UInt8
  /// Flags and fragment offset as on the wire (bytes 6 and 7: DF is bit 14, MF bit 13, the offset
  /// bits 12...0).
  public var fragmentField: UInt16

  /// A header to write: not a fragment, with DF set (so that any identification will do, RFC 6864)
  /// and a TTL of 64.
  @inline(__always)
  public init(
    source: IPv4Address, destination: IPv4Address, protocol: IPProtocol, payloadByteCount: Int
  ) {
    self.source = source
    self.destination = destination
    self.protocol = `protocol`
    headerByteCount = IPv4Header.byteCount
    self.payloadByteCount = payloadByteCount
    identification = 0
    timeToLive = 64
    fragmentField = 0x4000
  }

  /// Nil for a packet too short for its own lengths, of another version or with a wrong checksum.
  /// Bytes behind the total length are padding of the frame.
  @inline(__always)
  public init?(parsing packet: borrowing RawSpan) {
    guard packet.byteCount >= IPv4Header.byteCount else { return nil }
    let first = packet.byte(at: 0)
    let headerByteCount = Int(first & 0xf) &* 4
    let total = Int(packet.number16(at: 2))
    guard first >> 4 == 4, headerByteCount >= IPv4Header.byteCount, total >= headerByteCount,
      total <= packet.byteCount
    else { return nil }
    var checksum = InternetChecksum()
    checksum.add(packet.number32(at: 0))
    checksum.add(packet.number32(at: 4))
    checksum.add(packet.number32(at: 8))
    checksum.add(packet.number32(at: 12))
    checksum.add(packet.number32(at: 16))
    if headerByteCount > IPv4Header.byteCount {
      checksum.add(packet.extracting(IPv4Header.byteCount..<headerByteCount))
    }
    guard checksum.isIntact else { return nil }
    self.headerByteCount = headerByteCount
    payloadByteCount = total &- headerByteCount
    identification = packet.number16(at: 4)
    fragmentField = packet.number16(at: 6)
    timeToLive = packet.byte(at: 8)
    `protocol` = IPProtocol(packet.byte(at: 9))
    source = IPv4Address(packet.number32(at: 12))
    destination = IPv4Address(packet.number32(at: 16))
  }

  /// Whether the packet is a fragment.
  @inline(__always)
  public var isFragment: Bool { fragmentField & 0x3fff != 0 }
  /// The fragment's offset in bytes.
  public var fragmentOffset: Int { Int(fragmentField & 0x1fff) &* 8 }
  /// Whether MF is set.
  public var hasMoreFragments: Bool { fragmentField & 0x2000 != 0 }
  /// Whether DF is set.
  public var isUnfragmentable: Bool { fragmentField & 0x4000 != 0 }

  /// Writes 20 bytes from `offset`, including the checksum.
  @inline(__always)
  public func write(to frame: inout MutableRawSpan, at offset: Int) {
    let total = UInt16(truncatingIfNeeded: payloadByteCount &+ IPv4Header.byteCount)
    let lifeAndProtocol = UInt16(timeToLive) << 8 | UInt16(`protocol`.value)
    let begin = 0x4500_0000 | UInt32(total)
    let fragment = UInt32(identification) << 16 | UInt32(fragmentField)
    var checksum = InternetChecksum()
    checksum.add(begin)
    checksum.add(fragment)
    checksum.add(lifeAndProtocol)
    checksum.add(source.value)
    checksum.add(destination.value)
    frame.put(begin, at: offset)
    frame.put(fragment, at: offset &+ 4)
    frame.put(UInt32(lifeAndProtocol) << 16 | UInt32(checksum.value), at: offset &+ 8)
    frame.put(source.value, at: offset &+ 12)
    frame.put(destination.value, at: offset &+ 16)
  }

  /// The sum of the pseudo-header, with which a TCP or UDP checksum begins (RFC 9293, 3.1; RFC
  /// 768).
  @inline(__always)
  public static func pseudoHeader(
    source: IPv4Address, destination: IPv4Address, protocol: IPProtocol, byteCount: Int
  ) -> InternetChecksum {
    var checksum = InternetChecksum()
    checksum.add(source.value)
    checksum.add(destination.value)
    checksum.add(UInt16(`protocol`.value))
    checksum.add(UInt16(truncatingIfNeeded: byteCount))
    return checksum
  }
}
