// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage

extension ELFImage {
  /// "main+0x10 (0x200010)"; the address alone where no symbol is near.
  func describe(_ address: UInt64) -> String {
    guard let symbol = nearestSymbol(to: address) else { return hex(address) }
    return "\(symbol.name)+\(hex(address - symbol.value)) (\(hex(address)))"
  }
}
