// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// What an IP packet carries (IANA protocol numbers). Others are kept as their number.
public struct IPProtocol: Equatable, BitwiseCopyable, Sendable {
  public let value: UInt8
  @inline(__always)
  public init(_ value: UInt8) { self.value = value }
  public static var icmp: IPProtocol { IPProtocol(1) }
  public static var tcp: IPProtocol { IPProtocol(6) }
  public static var udp: IPProtocol { IPProtocol(17) }
}

/// The header of an IPv4 packet (RFC 791, 3.1). Options are skipped; those sent have none.
public struct IPv4Header: Equatable, BitwiseCopyable, Sendable {
  /// Bytes of a header without options, as written.
  public static var byteCount: Int { 20 }

  public var source: IPv4Address
  public var destination: IPv4Address
  public var `protocol`: IPProtocol
  /// Bytes from the start of the packet to what it carries: 20...60.
  public var headerByteCount: Int
  /// Bytes that it carries.
  public var payloadByteCount: Int
  public var identification: UInt16
  public var timeToLive: UInt8
  /// Flags and offset of a fragment as on the wire (bits 14, 13 and 12...0 of bytes 6 and 7).
  public var fragmentField: UInt16

  /// A header to write: whole, not to be fragmented (so its identification may be anything,
  /// RFC 6864), living for 64 hops.
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

  /// Nil for what is too short for its own lengths, of another version or with a wrong checksum.
  /// Bytes behind the total length are the frame's padding.
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

  /// Whether it is a part of a larger packet.
  @inline(__always)
  public var isFragment: Bool { fragmentField & 0x3fff != 0 }
  /// Bytes of the larger packet's payload in front of this one's.
  public var fragmentOffset: Int { Int(fragmentField & 0x1fff) &* 8 }
  public var hasMoreFragments: Bool { fragmentField & 0x2000 != 0 }
  public var isUnfragmentable: Bool { fragmentField & 0x4000 != 0 }

  /// Writes 20 bytes from `offset`, with the checksum.
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

  /// The start of a TCP or UDP checksum: the pseudo header (RFC 9293, 3.1; RFC 768).
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
