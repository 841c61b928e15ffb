// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A protection domain's program as the Microkit tool takes it: a statically linked ELF64 file for
/// little-endian AArch64 (System V gABI, chapters 4 and 5). Sound once made: whatever its headers
/// point to is inside the file.
public struct ELFImage: Sendable {
  /// The file's name, for messages.
  public let name: String
  public internal(set) var bytes: [UInt8]
  /// Virtual address where execution starts.
  public let entry: UInt64
  /// In the order of the program header table.
  public let segments: [ELFSegment]
  /// In the order of the section header table, its first and empty entry included.
  public let sections: [ELFSection]
  /// In the order of the symbol table without its first and empty entry; none in a stripped file.
  public let symbols: [ELFSymbol]

  /// - Parameter name: the file's name, for messages.
  /// - Throws: `ELFError` if it is not such a file, or is broken or cut off.
  public init(_ bytes: [UInt8], name: String) throws(ELFError) {
    do throws(ELFError.Problem) {
      let parser = ELFParser(bytes)
      let header = try parser.header()
      let sections = try parser.sections(header)
      self.name = name
      self.bytes = bytes
      self.entry = header.entry
      self.segments = try parser.segments(header)
      self.sections = sections
      self.symbols = try parser.symbols(sections)
    } catch {
      throw ELFError(file: name, problem: error)
    }
  }

  /// The only section called `name`.
  ///
  /// - Throws: `ELFError` if there is none, or more than one.
  public func section(named name: String) throws(ELFError) -> ELFSection {
    let found = sections.filter { $0.name == name }
    guard let section = found.first else {
      throw error(.noSection(name, existing: sections.map(\.name)))
    }
    guard found.count == 1 else { throw error(.duplicateSection(name)) }
    return section
  }

  /// The only symbol called `name`, local ones included, as the Microkit tool looks them up.
  ///
  /// - Throws: `ELFError` if there is none, or more than one.
  public func symbol(named name: String) throws(ELFError) -> ELFSymbol {
    let found = symbols.filter { $0.name == name && $0.isDefined }
    guard let symbol = found.first else {
      throw error(.noSymbol(name, existing: symbols.map(\.name)))
    }
    guard found.count == 1 else { throw error(.duplicateSymbol(name)) }
    return symbol
  }

  /// The bytes of a section of this image; nil if the file holds none of it (.bss).
  public func contents(of section: ELFSection) -> ArraySlice<UInt8>? {
    guard section.isInFile else { return nil }
    return fileRange(section.fileOffset, section.size, of: bytes.count).map { bytes[$0] }
  }

  /// What a program sees at `address` before it runs, zeros of .bss included; nil if not all of it is
  /// in one loaded segment.
  public func bytes(atVirtualAddress address: UInt64, count: Int) -> [UInt8]? {
    guard let size = UInt64(exactly: count),
      let segment = loadedSegment(holding: address, size, \.memorySize)
    else { return nil }
    let start = address - segment.virtualAddress
    let inFile = segment.fileSize > start ? min(size, segment.fileSize - start) : 0
    guard inFile > 0 else { return [UInt8](repeating: 0, count: count) }
    guard let range = fileRange(segment.fileOffset + start, inFile, of: bytes.count) else {
      return nil
    }
    return bytes[range] + [UInt8](repeating: 0, count: count - range.count)
  }

  /// The symbol that `address` belongs to: the last one at or below it in the same section; among
  /// several at one address, one that says its size.
  public func nearestSymbol(to address: UInt64) -> ELFSymbol? {
    var best: ELFSymbol?
    for symbol in symbols where symbol.value <= address && symbol.namesAPlace {
      let section = Int(symbol.section)
      guard section < sections.count, sections[section].contains(address) else { continue }
      if let other = best, (other.value, other.size) >= (symbol.value, symbol.size) { continue }
      best = symbol
    }
    return best
  }

  func loadedSegment(
    holding address: UInt64, _ count: UInt64, _ size: KeyPath<ELFSegment, UInt64>
  ) -> ELFSegment? {
    segments.first { segment in
      guard segment.isLoaded, address >= segment.virtualAddress else { return false }
      let offset = address - segment.virtualAddress
      return count <= segment[keyPath: size] && offset <= segment[keyPath: size] - count
    }
  }

  func error(_ problem: ELFError.Problem) -> ELFError { ELFError(file: name, problem: problem) }
}

/// `size` bytes from `offset` as array indices; nil if not all of them are inside `count` bytes.
func fileRange(_ offset: UInt64, _ size: UInt64, of count: Int) -> Range<Int>? {
  let (end, overflow) = offset.addingReportingOverflow(size)
  guard !overflow, end <= UInt64(count) else { return nil }
  return Int(offset)..<Int(end)
}
