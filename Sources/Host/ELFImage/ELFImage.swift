// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A protection domain's program in the form that the Microkit tool accepts: a statically linked
/// little-endian ELF64 file (System V gABI, chapters 4 and 5). The initializer guarantees that everything the headers
/// refer to is inside the file.
public struct ELFImage: Sendable {
  /// The file's name, for messages.
  public let name: String
  /// The file's contents.
  public internal(set) var bytes: [UInt8]
  /// What it was built for.
  public let machine: ELFMachine
  /// The virtual address where execution starts.
  public let entry: UInt64
  /// In the order of the program header table.
  public let segments: [ELFSegment]
  /// In the order of the section header table, including its empty first entry.
  public let sections: [ELFSection]
  /// In the order of the symbol table, without its empty first entry. Empty for a stripped file.
  public let symbols: [ELFSymbol]

  /// - Parameters:
  ///   - name: the file's name, for messages.
  ///   - machine: what it must be for; nil allows every machine that Microkit runs on.
  /// - Throws: `ELFError` if it is not such a file, or is damaged or truncated.
  public init(
    _ bytes: [UInt8], name: String, machine: ELFMachine? = .aarch64
  ) throws(ELFError) {
    do throws(ELFError.Problem) {
      let parser = ELFParser(bytes)
      let header = try parser.header()
      if let machine, header.machine != machine {
        throw .wrongMachine(header.machine.rawValue)
      }
      let sections = try parser.sections(header)
      self.name = name
      self.bytes = bytes
      self.machine = header.machine
      self.entry = header.entry
      self.segments = try parser.segments(header)
      self.sections = sections
      self.symbols = try parser.symbols(sections)
    } catch {
      throw ELFError(file: name, problem: error)
    }
  }

  /// The section called `name`.
  ///
  /// - Throws: `ELFError` unless there is exactly one.
  public func section(named name: String) throws(ELFError) -> ELFSection {
    let found = sections.filter { $0.name == name }
    guard let section = found.first else {
      throw error(.noSection(name, existing: sections.map(\.name)))
    }
    guard found.count == 1 else { throw error(.duplicateSection(name)) }
    return section
  }

  /// The defined symbol called `name`, which may be a local one, as in the Microkit tool.
  ///
  /// - Throws: `ELFError` unless there is exactly one.
  public func symbol(named name: String) throws(ELFError) -> ELFSymbol {
    let found = symbols.filter { $0.name == name && $0.isDefined }
    guard let symbol = found.first else {
      throw error(.noSymbol(name, existing: symbols.map(\.name)))
    }
    guard found.count == 1 else { throw error(.duplicateSymbol(name)) }
    return symbol
  }

  /// The bytes of a section of this image; nil if the file does not contain them (.bss).
  public func contents(of section: ELFSection) -> ArraySlice<UInt8>? {
    guard section.isInFile else { return nil }
    return fileRange(section.fileOffset, section.size, of: bytes.count).map { bytes[$0] }
  }

  /// The `count` bytes at a virtual address before the program runs, including zeros of .bss; nil unless they are
  /// all in one loaded segment.
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

  /// The symbol that a virtual address belongs to: the last one at or below it in the same section. Of several at
  /// the same address, the largest.
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

/// The array indices of `size` bytes from `offset`; nil unless all are within `count` bytes.
func fileRange(_ offset: UInt64, _ size: UInt64, of count: Int) -> Range<Int>? {
  let (end, overflow) = offset.addingReportingOverflow(size)
  guard !overflow, end <= UInt64(count) else { return nil }
  return Int(offset)..<Int(end)
}
