// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// An EtherType (IEEE 802 numbers). Unknown ones keep their number.
public struct EtherType: Equatable, BitwiseCopyable, Sendable {
  /// The number as on the wire.
  public let value: UInt16
  /// Any EtherType.
  @inline(__always)
  public init(_ value: UInt16) { self.value = value }
  /// IPv4 (RFC 894).
  public static var ipv4: EtherType { EtherType(0x0800) }
  /// ARP (RFC 826).
  public static var arp: EtherType { EtherType(0x0806) }
  /// IPv6 (RFC 2464).
  public static var ipv6: EtherType { EtherType(0x86dd) }
  /// A VLAN tag: 16 bits of priority and VLAN, before the type of the payload (IEEE 802.1Q, 9).
  public static var tag: EtherType { EtherType(0x8100) }
}

/// An Ethernet II header (RFC 894): 14 bytes, without the frame check sequence. A tag with VLAN 0
/// only carries a priority (IEEE 802.1Q, 6.7) and is skipped. Frames of other VLANs have type
/// `tag`.
public struct EthernetHeader: Equatable, BitwiseCopyable, Sendable {
  /// Bytes without a tag.
  public static var byteCount: Int { 14 }

  /// The receiver.
  public var destination: MACAddress
  /// The sender.
  public var source: MACAddress
  /// What the frame carries.
  public var type: EtherType
  /// Bytes before the payload of a parsed frame: 18 with a priority tag.
  public private(set) var headerByteCount = EthernetHeader.byteCount

  /// A header to write.
  @inline(__always)
  public init(destination: MACAddress, source: MACAddress, type: EtherType) {
    self.destination = destination
    self.source = source
    self.type = type
  }

  /// Nil for a frame shorter than the header, and for IEEE 802.3 lengths, which no protocol here
  /// uses.
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

  /// Writes 14 bytes to the start of `frame`, never a tag.
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
