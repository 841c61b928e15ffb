// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage

/// Where a program can trap, and what it says then: record TrapTable, as Sources/Runtime/CMicrokit/debug.c
/// reads it.
///
/// Bytes 0 to 7 are the magic, 8 to 11 the size, 12 to 15 the number of entries; an entry is the address of
/// a breakpoint and the offset of a text from the record's start, both of 32 bits; the texts end with NUL.
struct TrapTable {
  static let section = ".serval_traps"
  private static let magic: [UInt8] = Array("Serval".utf8) + [4, 1]

  /// In the order of addresses.
  var texts: [(address: UInt32, text: String)] = []

  var bytes: [UInt8] {
    var entries: [UInt8] = []
    var strings: [UInt8] = []
    var offsets: [String: Int] = [:]
    let start = 16 + 8 * texts.count
    for (address, text) in texts {
      if offsets[text] == nil {
        offsets[text] = start + strings.count
        strings += Array(text.utf8) + [0]
      }
      entries += Self.word(address) + Self.word(UInt32(truncatingIfNeeded: offsets[text] ?? 0))
    }
    let size = UInt32(truncatingIfNeeded: start + strings.count)
    return Self.magic + Self.word(size) + Self.word(UInt32(truncatingIfNeeded: texts.count))
      + entries + strings
  }

  static func word(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
}
