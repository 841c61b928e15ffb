// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension ELFImage {
  /// Replaces a section's contents by `newBytes`. Nothing else in the file changes.
  ///
  /// - Throws: `ELFError`, without changing anything, unless there is exactly one such section, the file contains it
  ///   (PROGBITS), it has exactly as many bytes, and a segment loads it for the program to see.
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

  /// Replaces the first bytes of a variable by `newBytes`.
  ///
  /// - Throws: `ELFError`, without changing anything, unless there is exactly one such symbol, it is large enough, and
  ///   the file contains it (.bss is not in the file).
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

  /// Replaces the bytes at a virtual address by `newBytes`.
  ///
  /// - Throws: `ELFError`, without changing anything, unless the file contains all those bytes.
  public mutating func patch(address: UInt64, with newBytes: [UInt8]) throws(ELFError) {
    guard let range = loadedRange(address, UInt64(newBytes.count)) else {
      throw error(.addressNotLoaded(address))
    }
    bytes.replaceSubrange(range, with: newBytes)
  }

  /// Where the file contains the `size` bytes at a virtual address; nil if it does not contain all of them.
  private func loadedRange(_ address: UInt64, _ size: UInt64) -> Range<Int>? {
    guard let segment = loadedSegment(holding: address, size, \.fileSize) else { return nil }
    let offset = address - segment.virtualAddress
    return fileRange(segment.fileOffset + offset, size, of: bytes.count)
  }
}
