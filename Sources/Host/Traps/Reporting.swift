// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage

extension ELFImage {
  // Arm ARM, C6.2: BRK with immediate 1, which is how Swift and clang trap; BL with a distance in words.
  private static let breakpoint: UInt32 = 0xd420_0020
  private static let branchWithLink: UInt32 = 0x9400_0000

  /// Makes traps print their reason and source line, which the debug configuration allows: replaces each
  /// breakpoint by a call to `serval_trap` and fills the table that it reads. Nothing else changes. An image
  /// without the table's section is left as it is.
  ///
  /// - Throws: `ELFError` if a symbol is missing or the table's section cannot grow.
  public mutating func reportTraps(_ symbolizer: Symbolizer?) throws(ELFError) {
    guard sections.contains(where: { $0.name == TrapTable.section }),
      let text = sections.first(where: { $0.name == ".text" }), let code = contents(of: text)
    else { return }
    let target = try symbol(named: "serval_trap").value
    // The function that prints ends in a breakpoint itself, which must stay.
    let handler = try symbol(named: "cmicrokit_trapped")
    var addresses: [UInt64] = []
    for offset in stride(from: 0, to: code.count - 3, by: 4) {
      let address = text.address + UInt64(offset)
      if handler.value <= address, address - handler.value < handler.size { continue }
      let start = code.startIndex + offset
      let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(code[start + $1]) << UInt32(8 * $1) }
      if word == Self.breakpoint { addresses.append(address) }
    }

    let reasons = symbolizer?.reasons(of: addresses, in: self.name) ?? []
    var table = TrapTable()
    for (index, address) in addresses.enumerated() {
      let reason = index < reasons.count ? reasons[index] : nil
      table.texts.append((UInt32(truncatingIfNeeded: address), reason ?? "trap at \(hex(address))"))
    }
    var changed = self
    try changed.grow(section: TrapTable.section, with: table.bytes)
    for address in addresses {
      let words = UInt32(truncatingIfNeeded: (Int64(target) - Int64(address)) / 4) & 0x3ff_ffff
      try changed.patch(address: address, with: TrapTable.word(Self.branchWithLink | words))
    }
    self = changed
  }

  private func hex(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
}
