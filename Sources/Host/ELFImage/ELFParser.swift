// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Parses a file's headers and tables. Every offset is checked before it is used.
struct ELFParser {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  struct Header {
    var machine: ELFMachine
    var entry: UInt64
    var segmentOffset: UInt64
    var segmentCount: UInt64
    var sectionOffset: UInt64
    var sectionCount: UInt64
    /// Index of the section that holds the sections' names.
    var sectionNames: UInt64
  }

  // MARK: File header (gABI, chapter 4)

  private static let headerSize = 64
  private static let segmentSize = 56
  private static let sectionSize = 64
  private static let symbolSize = 24

  func header() throws(ELFError.Problem) -> Header {
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { throw .notELF }
    guard bytes.count >= Self.headerSize else { throw .truncated(.fileHeader) }
    guard bytes[4] == 2 else { throw .not64Bit }
    guard bytes[5] == 1 else { throw .notLittleEndian }
    let (type, machine): (UInt16, UInt16) = (load(16), load(18))
    guard let known = ELFMachine(rawValue: machine) else { throw .wrongMachine(machine) }
    guard type == 2 else { throw .notExecutable(type: type) }

    var header = Header(
      machine: known, entry: load(24), segmentOffset: load(32),
      segmentCount: UInt64(load(56) as UInt16),
      sectionOffset: load(40), sectionCount: UInt64(load(60) as UInt16),
      sectionNames: UInt64(load(62) as UInt16))
    let (segmentSize, sectionSize): (UInt16, UInt16) = (load(54), load(58))
    guard header.segmentCount == 0 || segmentSize == Self.segmentSize else {
      throw .wrongEntrySize(.programHeaders, Int(segmentSize))
    }
    if header.sectionOffset == 0 {
      header.sectionCount = 0
      return header
    }
    guard sectionSize == Self.sectionSize else {
      throw .wrongEntrySize(.sectionHeaders, Int(sectionSize))
    }
    guard let first = fileRange(header.sectionOffset, UInt64(sectionSize), of: bytes.count) else {
      throw .truncated(.sectionHeaders)
    }
    // Numbers that do not fit into 16 bits are in the first entry, which is otherwise unused.
    if header.sectionCount == 0 { header.sectionCount = load(first.lowerBound + 32) }
    if header.sectionNames == 0xffff {
      header.sectionNames = UInt64(load(first.lowerBound + 40) as UInt32)
    }
    return header
  }

  // MARK: Program headers (gABI, chapter 5)

  func segments(_ header: Header) throws(ELFError.Problem) -> [ELFSegment] {
    let entries = try table(
      .programHeaders, header.segmentOffset, header.segmentCount, of: Self.segmentSize)
    var segments: [ELFSegment] = []
    segments.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      let segment = ELFSegment(
        type: load(entry), flags: load(entry + 4), fileOffset: load(entry + 8),
        virtualAddress: load(entry + 16), fileSize: load(entry + 32), memorySize: load(entry + 40),
        alignment: load(entry + 48))
      guard
        segment.fileSize == 0
          || fileRange(segment.fileOffset, segment.fileSize, of: bytes.count) != nil
      else { throw .truncated(.segment(index)) }
      if segment.isLoaded {
        let end = segment.virtualAddress.addingReportingOverflow(segment.memorySize)
        guard segment.fileSize <= segment.memorySize, !end.overflow else {
          throw .malformed(.segment(index))
        }
      }
      segments.append(segment)
    }
    return segments
  }

  // MARK: Sections (gABI, chapter 4)

  func sections(_ header: Header) throws(ELFError.Problem) -> [ELFSection] {
    let entries = try table(
      .sectionHeaders, header.sectionOffset, header.sectionCount, of: Self.sectionSize)
    guard !entries.isEmpty else { return [] }
    var sections: [ELFSection] = []
    sections.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      let section = ELFSection(
        name: "", type: load(entry + 4), flags: load(entry + 8), address: load(entry + 16),
        fileOffset: load(entry + 24), size: load(entry + 32), link: load(entry + 40),
        entrySize: load(entry + 56))
      guard
        !section.isInFile
          || fileRange(section.fileOffset, section.size, of: bytes.count) != nil
      else { throw .truncated(.section(index)) }
      sections.append(section)
    }

    if header.sectionNames == 0 { return sections }
    guard header.sectionNames < sections.count,
      var names = StringTable(sections[Int(header.sectionNames)], bytes)
    else { throw .malformed(.sectionNames) }
    for (index, entry) in entries.enumerated() {
      guard let name = names.string(at: load(entry)) else { throw .malformed(.section(index)) }
      sections[index].name = name
    }
    return sections
  }

  // MARK: Symbols (gABI, chapter 4)

  func symbols(_ sections: [ELFSection]) throws(ELFError.Problem) -> [ELFSymbol] {
    guard let tableIndex = sections.firstIndex(where: { $0.type == ELFSection.symbolTable }) else {
      return []
    }
    let section = sections[tableIndex]
    let size = UInt64(Self.symbolSize)
    guard section.entrySize == size, section.size % size == 0 else {
      throw .wrongEntrySize(.symbolTable, Int(truncatingIfNeeded: section.entrySize))
    }
    guard section.link < sections.count,
      var names = StringTable(sections[Int(section.link)], bytes)
    else { throw .malformed(.symbolTable) }

    let entries = try table(
      .symbolTable, section.fileOffset, section.size / size, of: Self.symbolSize)
    var symbols: [ELFSymbol] = []
    symbols.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated().dropFirst() {
      guard let name = names.string(at: load(entry)) else { throw .malformed(.symbol(index)) }
      let info = bytes[entry + 4]
      symbols.append(
        ELFSymbol(
          name: name, value: load(entry + 8), size: load(entry + 16),
          binding: ELFSymbol.Binding(info >> 4), type: info & 15, section: load(entry + 6)))
    }
    return symbols
  }

  // MARK: Bytes

  /// The offsets of a table's entries, each of which lies within the file.
  private func table(
    _ part: ELFError.Part, _ offset: UInt64, _ count: UInt64, of size: Int
  ) throws(ELFError.Problem) -> [Int] {
    let (total, overflow) = count.multipliedReportingOverflow(by: UInt64(size))
    guard !overflow, let range = count == 0 ? 0..<0 : fileRange(offset, total, of: bytes.count)
    else { throw .truncated(part) }
    return Array(stride(from: range.lowerBound, to: range.upperBound, by: size))
  }

  /// A little-endian number. The caller has checked that it lies within the file.
  private func load<Number: FixedWidthInteger & UnsignedInteger>(_ offset: Int) -> Number {
    var number: Number = 0
    for index in 0..<MemoryLayout<Number>.size {
      number |= Number(bytes[offset + index]) << (8 * index)
    }
    return number
  }
}

extension ELFSymbol.Binding {
  init(_ value: UInt8) {
    switch value {
    case 0: self = .local
    case 1: self = .global
    case 2: self = .weak
    default: self = .other(value)
    }
  }
}

/// The strings of a string table section.
///
/// Entries may share bytes, so a small file could ask for any amount of text. The total is limited to several times
/// the file's size, far above any linker's output.
private struct StringTable {
  private let bytes: ArraySlice<UInt8>
  private var budget: Int

  init?(_ section: ELFSection, _ file: [UInt8]) {
    guard section.type == ELFSection.stringTable,
      let range = fileRange(section.fileOffset, section.size, of: file.count)
    else { return nil }
    bytes = file[range]
    budget = 8 * file.count
  }

  /// Nil if it does not start and end inside the section, or exceeds the budget.
  mutating func string(at offset: UInt32) -> String? {
    guard offset < bytes.count else { return nil }
    let rest = bytes[(bytes.startIndex + Int(offset))...]
    guard let end = rest.prefix(budget).firstIndex(of: 0) else { return nil }
    let text = rest[..<end]
    budget -= text.count
    return String(decoding: text, as: UTF8.self)
  }
}
