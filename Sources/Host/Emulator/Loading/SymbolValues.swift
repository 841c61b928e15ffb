// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension ProgramLoader {
  /// The values that the SDK's tool writes to a program's variables (main.rs, symbols.rs).
  func symbolValues(of domain: ProtectionDomain) -> [(symbol: String, bytes: [UInt8])] {
    var values: [(String, [UInt8])] = [
      ("microkit_name", Array(domain.name.utf8.prefix(sdk.visibleNameLength))),
      ("microkit_passive", [domain.passive ? 1 : 0]),
    ]
    func set(_ symbol: String?, _ value: UInt64?) {
      guard let symbol, let value else { return }
      values.append((symbol, (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }))
    }
    let ends = system.channels.flatMap(\.ends).filter { $0.domain == domain.name }
    if sdk >= .v2_0_1 {
      set("microkit_irqs", mask(domain.interrupts.map(\.id)))
      set("microkit_notifications", mask(ends.filter(\.mayNotify).map(\.id)))
      set("microkit_pps", mask(ends.filter(\.mayCall).map(\.id)))
    }
    if sdk >= .v2_1_0 { set("microkit_ioports", mask(domain.ioPorts.map(\.id))) }
    for map in domain.maps {
      set(map.addressSymbol, map.address.rawValue)
      set(map.sizeSymbol, memory.regions[map.region]?.size)
      set(map.prefillSizeSymbol, memory.regions[map.region]?.prefilled)
    }
    for symbol in domain.physicalAddressSymbols {
      set(symbol.symbol, memory.regions[symbol.region]?.physicalAddress)
    }
    for interrupt in domain.interrupts { set(interrupt.idSymbol, UInt64(interrupt.id.rawValue)) }
    for end in ends { set(end.idSymbol, UInt64(end.id.rawValue)) }
    for child in domain.children { set(child.childIDSymbol, child.childID?.rawValue) }
    return values
  }

  private func mask(_ ids: [ChannelID]) -> UInt64 {
    ids.reduce(0) { $0 | (1 << UInt64($1.rawValue & 63)) }
  }
}
