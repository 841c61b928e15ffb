// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// What an Ethernet frame carries (IEEE 802 numbers). Others are kept as their number.
public struct EtherType: Equatable, BitwiseCopyable, Sendable {
  public let value: UInt16
  @inline(__always)
  public init(_ value: UInt16) { self.value = value }
  public static var ipv4: EtherType { EtherType(0x0800) }
  public static var arp: EtherType { EtherType(0x0806) }
  public static var ipv6: EtherType { EtherType(0x86dd) }
  /// A tag: 16 bits of priority and VLAN, before the type of what is carried (IEEE 802.1Q, 9).
  public static var tag: EtherType { EtherType(0x8100) }
}

/// The header of an Ethernet II frame (RFC 894): 14 bytes, without the frame check sequence. A tag with VLAN 0 says
/// something of the frame's priority alone (IEEE 802.1Q, 6.7): it is skipped. Frames of VLANs are of type `tag`.
public struct EthernetHeader: Equatable, BitwiseCopyable, Sendable {
  public static var byteCount: Int { 14 }

  public var destination: MACAddress
  public var source: MACAddress
  public var type: EtherType
  /// Bytes of a parsed frame up to what it carries: 18 with a tag for priority.
  public private(set) var headerByteCount = EthernetHeader.byteCount

  @inline(__always)
  public init(destination: MACAddress, source: MACAddress, type: EtherType) {
    self.destination = destination
    self.source = source
    self.type = type
  }

  /// Nil for a frame shorter than the header and for IEEE 802.3 lengths, which nothing here speaks.
  @inline(__always)
  public init?(parsing frame: borrowing RawSpan) {
    guard frame.byteCount >= EthernetHeader.byteCount else { return nil }
    type = EtherType(frame.number16(at: 12))
    if type == .tag, frame.byteCount >= 18, frame.number16(at: 14) & 0xfff == 0 {
      type = EtherType(frame.number16(at: 16))
      headerByteCount = 18
    }
    guard type.value >= 0x0600 else { return nil }
    destination = frame.macAddress(at: 0)
    source = frame.macAddress(at: 6)
  }

  /// Writes the first 14 bytes of `frame`, which must have them; never a tag.
  @inline(__always)
  public func write(to frame: inout MutableRawSpan) {
    frame.put(destination, at: 0)
    frame.put(source, at: 6)
    frame.put(type.value, at: 12)
  }
}

extension RawSpan {
  @inline(__always)
  func macAddress(at offset: Int) -> MACAddress {
    MACAddress(UInt64(number16(at: offset)) << 32 | UInt64(number32(at: offset &+ 2)))
  }
}

extension MutableRawSpan {
  @inline(__always)
  mutating func put(_ address: MACAddress, at offset: Int) {
    put(UInt16(truncatingIfNeeded: address.value >> 32), at: offset)
    put(UInt32(truncatingIfNeeded: address.value), at: offset &+ 2)
  }
}
