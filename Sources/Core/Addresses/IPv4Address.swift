// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An IPv4 address.
public struct IPv4Address: Hashable, BitwiseCopyable, Sendable {
  /// The first octet on the wire is the most significant.
  public let value: UInt32

  /// An address from its value in host order.
  @inline(__always)
  public init(_ value: UInt32) { self.value = value }

  /// An address from its octets, as written between dots.
  public init(_ o0: UInt8, _ o1: UInt8, _ o2: UInt8, _ o3: UInt8) {
    value = UInt32(o0) << 24 | UInt32(o1) << 16 | UInt32(o2) << 8 | UInt32(o3)
  }

  /// 0.0.0.0, "this host": only a source, for a host without an address (RFC 1122, 3.2.1.3).
  public static var unspecified: IPv4Address { IPv4Address(0) }
  /// 255.255.255.255.
  public static var broadcast: IPv4Address { IPv4Address(0xffff_ffff) }

  /// Whether it is 0.0.0.0.
  public var isUnspecified: Bool { value == 0 }
  /// 224.0.0.0/4 (RFC 5771).
  public var isMulticast: Bool { value >> 28 == 0xe }
  /// 127.0.0.0/8 (RFC 1122, 3.2.1.3).
  public var isLoopback: Bool { value >> 24 == 127 }

  /// Whether a single host can have it and so be a packet's source: outside of 0.0.0.0/8,
  /// 127.0.0.0/8, 224.0.0.0/4 and 240.0.0.0/4, which includes the broadcast address.
  @inline(__always)
  public var isHost: Bool {
    let first = value >> 24
    return first != 0 && first != 127 && first < 224
  }
}

/// A network whose hosts are reached without a router: an address in it and the prefix length.
public struct IPv4Network: Equatable, BitwiseCopyable, Sendable {
  /// An address in the network; host bits may be set.
  public let address: IPv4Address
  /// Prefix length in bits, 0...32.
  public let prefixLength: UInt8

  /// Nil for more than 32 bits.
  public init?(address: IPv4Address, prefixLength: UInt8) {
    guard prefixLength <= 32 else { return nil }
    self.address = address
    self.prefixLength = prefixLength
  }

  /// Nil unless `mask` is ones followed by zeros.
  public init?(address: IPv4Address, mask: IPv4Address) {
    let ones = (~mask.value).leadingZeroBitCount
    guard mask.value == IPv4Network.mask(UInt8(truncatingIfNeeded: ones)) else { return nil }
    self.address = address
    prefixLength = UInt8(truncatingIfNeeded: ones)
  }

  @inline(__always)
  private static func mask(_ length: UInt8) -> UInt32 {
    length == 0 ? 0 : UInt32.max << (32 - UInt32(length))
  }

  /// Whether `other` has the same prefix.
  @inline(__always)
  public func contains(_ other: IPv4Address) -> Bool {
    (other.value ^ address.value) & IPv4Network.mask(prefixLength) == 0
  }

  /// The directed broadcast address; nil for prefixes without one (RFC 3021).
  @inline(__always)
  public var broadcast: IPv4Address? {
    prefixLength >= 31
      ? nil : IPv4Address(address.value | ~IPv4Network.mask(prefixLength))
  }
}
