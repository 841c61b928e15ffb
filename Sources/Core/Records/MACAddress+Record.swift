// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

extension MACAddress: RecordValue {
  /// Six octets, in the order on the wire.
  public static var byteCount: Int { 6 }

  /// Reads six octets.
  public static func read(from bytes: some ByteSource, at offset: Int) -> MACAddress {
    let first = UInt64(UInt32.read(from: bytes, at: offset).byteSwapped)
    return MACAddress(first << 16 | UInt64(UInt16.read(from: bytes, at: offset &+ 4).byteSwapped))
  }

  /// Writes six octets.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    for index in 0..<6 { bytes.setByte(self[octet: index], at: offset &+ index) }
  }
}

extension MACAddress: RecordStructure {}
