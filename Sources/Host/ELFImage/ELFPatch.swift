// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension ELFImage {
  /// Puts `newBytes` in place of a section's contents. Nothing else in the file changes.
  ///
  /// - Throws: `ELFError`, and nothing changes, unless there is exactly one such section, the file
  ///   holds its contents (PROGBITS), it has exactly as many bytes, and a segment loads it: a
  ///   program would not see it otherwise.
  public mutating func patch(section name: String, with newBytes: [UInt8]) throws(ELFError) {
    let section = try section(named: name)
    guard section.type == ELFSection.progbits else { throw error(.sectionNotInFile(name)) }
    guard section.size == UInt64(newBytes.count) else {
      throw error(.sectionSize(name, size: section.size, needed: newBytes.count))
    }
    guard let range = fileRange(section.fileOffset, section.size, of: bytes.count),
      loadedRange(section.address, section.size) == range
    else { throw error(.sectionNotLoaded(name)) }
    bytes.replaceSubrange(range, with: newBytes)
  }

  /// Puts `newBytes` at the start of a variable; the rest of it keeps its bytes.
  ///
  /// - Throws: `ELFError`, and nothing changes, unless there is exactly one such symbol, it has room
  ///   for as many bytes, and the file holds them (.bss is not in the file).
  public mutating func patch(symbol name: String, with newBytes: [UInt8]) throws(ELFError) {
    let symbol = try symbol(named: name)
    guard UInt64(newBytes.count) <= symbol.size else {
      throw error(.symbolSize(name, size: symbol.size, needed: newBytes.count))
    }
    guard let range = loadedRange(symbol.value, UInt64(newBytes.count)) else {
      throw error(.symbolNotLoaded(name))
    }
    bytes.replaceSubrange(range, with: newBytes)
  }

  /// Puts `newBytes` where a program sees `address`.
  ///
  /// - Throws: `ELFError`, and nothing changes, unless the file holds as many bytes there.
  public mutating func patch(address: UInt64, with newBytes: [UInt8]) throws(ELFError) {
    guard let range = loadedRange(address, UInt64(newBytes.count)) else {
      throw error(.addressNotLoaded(address))
    }
    bytes.replaceSubrange(range, with: newBytes)
  }

  /// Where the file holds `size` bytes that are at `address` in the program's memory.
  private func loadedRange(_ address: UInt64, _ size: UInt64) -> Range<Int>? {
    guard let segment = loadedSegment(holding: address, size, \.fileSize) else { return nil }
    let offset = address - segment.virtualAddress
    return fileRange(segment.fileOffset + offset, size, of: bytes.count)
  }
}
