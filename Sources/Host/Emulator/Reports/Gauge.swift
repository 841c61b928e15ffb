// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage

/// A program's account of memory that it allocates itself: its heap, or a pool in it.
///
/// The program keeps three 64-bit words at a symbol `serval_gauge_NAME`: capacity, bytes in use, and the
/// most bytes that were ever in use. They must lie within the symbol's section. The emulator reads them from
/// the program's memory, so they are available while the program is blocked or after it has faulted. It does
/// not trust them.
struct Gauge: Hashable {
  static let symbolPrefix = "serval_gauge_"
  private static let byteCount = 24

  /// 1 to 32 letters, digits and underscores.
  let name: String
  /// Bytes, as are the other figures.
  let capacity: UInt64
  let used: UInt64
  let peak: UInt64

  /// Whether the figures are consistent.
  var isSound: Bool { used <= peak && peak <= capacity }

  /// A program's gauges, sorted by name, without those that are still all zeros.
  static func all(of image: ELFImage, in memory: AddressSpace) -> [Gauge] {
    image.symbols.compactMap { Gauge($0, of: image, in: memory) }.sorted { $0.name < $1.name }
  }

  private init?(_ symbol: ELFSymbol, of image: ELFImage, in memory: AddressSpace) {
    guard symbol.isDefined, symbol.name.hasPrefix(Self.symbolPrefix) else { return nil }
    name = String(symbol.name.dropFirst(Self.symbolPrefix.count))
    guard 1...32 ~= name.utf8.count, name.utf8.allSatisfy(Self.isPartOfName),
      image.sections.indices.contains(Int(symbol.section))
    else { return nil }
    let section = image.sections[Int(symbol.section)]
    guard symbol.value >= section.address, section.size >= UInt64(Self.byteCount),
      symbol.value - section.address <= section.size - UInt64(Self.byteCount),
      let words = memory.pointer(to: symbol.value, count: Self.byteCount)
    else { return nil }
    capacity = words.loadUnaligned(as: UInt64.self)
    used = words.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    peak = words.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    if capacity == 0, used == 0, peak == 0 { return nil }
  }

  // Names are printed on a terminal, so control characters must not get through.
  private static func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
