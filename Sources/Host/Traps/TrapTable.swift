// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage

/// The addresses at which a program can trap, with the text to print for each: the record that
/// Sources/Runtime/CMicrokit/debug.c reads.
///
/// Bytes 0 to 7 are the magic number, 8 to 11 the size, 12 to 15 the number of entries. An entry holds two 32-bit
/// words: the breakpoint's address, and the text's offset from the start of the record. Texts end with NUL.
struct TrapTable {
  static let section = ".serval_traps"
  private static let magic: [UInt8] = Array("Serval".utf8) + [4, 1]

  /// Sorted by address.
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

  /// Little-endian.
  static func word(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
}
