// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage

extension ELFImage {
  /// "main+0x10 (0x200010, main.c:7)", as much of it as is known.
  func describe(_ address: UInt64, line: String?) -> String {
    let place = line.map { "\(hex(address)), \($0)" } ?? hex(address)
    guard let symbol = nearestSymbol(to: address) else { return place }
    return "\(symbol.name)+\(hex(address - symbol.value)) (\(place))"
  }
}
