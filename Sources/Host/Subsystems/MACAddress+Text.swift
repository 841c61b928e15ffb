// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Records

extension MACAddress: CustomStringConvertible {
  /// Six octets in lower-case hexadecimal: "52:54:01:00:00:10".
  public var description: String {
    (0..<6).map { index in
      let digits = String(self[octet: index], radix: 16)
      return digits.count == 1 ? "0\(digits)" : digits
    }.joined(separator: ":")
  }

  /// Parses six octets of one or two hexadecimal digits, separated by colons or hyphens; nil for
  /// anything else.
  public init?(_ text: String) {
    let separator: Character = text.contains("-") ? "-" : ":"
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 6 else { return nil }
    var value: UInt64 = 0
    for part in parts {
      guard (1...2).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
        let octet = UInt8(part, radix: 16)
      else { return nil }
      value = value << 8 | UInt64(octet)
    }
    self.init(value)
  }

  /// An address for a client without one: locally administered, and the same on every run and
  /// machine for the same names (64-bit FNV-1a of both).
  static func derived(system: String, client: String) -> MACAddress {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(system)/\(client)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // In the first octet, bit 1 means locally administered and bit 0 means group (IEEE 802-2014,
    // 8.2).
    return MACAddress((hash & 0xfcff_ffff_ffff) | 0x0200_0000_0000)
  }
}
