// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

extension IPv4Address: CustomStringConvertible {
  /// In dotted decimal: "10.0.2.15".
  public var description: String {
    [24, 16, 8, 0].map { "\(value >> $0 & 0xff)" }.joined(separator: ".")
  }

  /// Parses four decimal numbers with dots between them; nil for anything else. Leading zeros, which
  /// other parsers take for octal, are refused.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard let octet = UInt8(part), "\(octet)" == part else { return nil }
      value = value << 8 | UInt32(octet)
    }
    self.init(value)
  }
}
