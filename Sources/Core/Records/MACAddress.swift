// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A 48-bit IEEE 802 address.
public struct MACAddress: Hashable, BitwiseCopyable, Sendable {
  /// The address in the low 48 bits, the octet transmitted first most significant.
  public let value: UInt64

  /// Octets in the order of transmission.
  public init(_ value: UInt64) { self.value = value & 0xffff_ffff_ffff }

  /// Octets in the order of transmission.
  public init(_ o0: UInt8, _ o1: UInt8, _ o2: UInt8, _ o3: UInt8, _ o4: UInt8, _ o5: UInt8) {
    let high = UInt64(o0) << 40 | UInt64(o1) << 32 | UInt64(o2) << 24
    value = high | UInt64(o3) << 16 | UInt64(o4) << 8 | UInt64(o5)
  }

  /// The octet at `index`; octet 0 is transmitted first.
  public subscript(octet index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: value >> UInt64(8 * (5 - (index % 6))))
  }

  /// ff:ff:ff:ff:ff:ff, which every station receives.
  public static let broadcast = MACAddress(0xffff_ffff_ffff)

  /// Whether it addresses a group of stations: bit 0 of the first octet (IEEE 802-2014, 8.2).
  public var isMulticast: Bool { self[octet: 0] & 1 != 0 }
}

extension MACAddress: RecordValue {
  /// Six octets.
  public static var byteCount: Int { 6 }

  /// Octets in the order of transmission.
  public static func read(from bytes: some ByteSource, at offset: Int) -> MACAddress {
    let first = UInt64(UInt32.read(from: bytes, at: offset).byteSwapped)
    return MACAddress(first << 16 | UInt64(UInt16.read(from: bytes, at: offset &+ 4).byteSwapped))
  }

  /// Octets in the order of transmission.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    for index in 0..<6 { bytes.setByte(self[octet: index], at: offset &+ index) }
  }
}

extension MACAddress: RecordStructure {}
