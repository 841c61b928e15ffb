// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records

/// What an Ethernet frame carries (IEEE 802 numbers). Others are kept as their number.
public struct EtherType: Equatable, BitwiseCopyable, Sendable {
  public let value: UInt16
  @inline(__always)
  public init(_ value: UInt16) { self.value = value }
  public static var ipv4: EtherType { EtherType(0x0800) }
  public static var arp: EtherType { EtherType(0x0806) }
  public static var ipv6: EtherType { EtherType(0x86dd) }
}

/// The header of an Ethernet II frame (RFC 894): 14 bytes, without the frame check sequence.
public struct EthernetHeader: Equatable, BitwiseCopyable, Sendable {
  public static var byteCount: Int { 14 }

  public var destination: MACAddress
  public var source: MACAddress
  public var type: EtherType

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
    guard type.value >= 0x0600 else { return nil }
    destination = frame.macAddress(at: 0)
    source = frame.macAddress(at: 6)
  }

  /// Writes the first 14 bytes of `frame`, which must have them.
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
