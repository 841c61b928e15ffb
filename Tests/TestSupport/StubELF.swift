// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A minimal program that every Microkit tool from 1.4.1 to 2.3.0 accepts as a protection domain's image. It has
/// the symbols that the tools look up, in the sizes that they write, and does nothing.
///
/// Two loaded segments with separate pages: `.text` (one branch to itself) at 0x200000, then `.data` with the tools'
/// variables and the requested sections. The page of the IPC buffer follows, in no segment, as in the SDK's linker
/// script.
public struct StubELF: Sendable {
  /// A section in the data segment, for a record. PROGBITS, or NOBITS if `isInFile` is false.
  public struct Section: Sendable {
    /// The section's name, for example `.net_driver_config`.
    public var name: String
    /// The bytes in the file; only their number counts if `isInFile` is false.
    public var contents: [UInt8]
    /// Whether the file contains the bytes.
    public var isInFile: Bool

    /// A section with these contents.
    public init(_ name: String, _ contents: [UInt8], isInFile: Bool = true) {
      self.name = name
      self.contents = contents
      self.isInFile = isInFile
    }

    /// A section of zeros.
    public init(_ name: String, byteCount: Int) {
      self.init(name, [UInt8](repeating: 0, count: byteCount))
    }
  }

  /// A variable in `.data`.
  public struct Variable: Sendable {
    /// The symbol's name.
    public var name: String
    /// The initial bytes.
    public var contents: [UInt8]
    /// Whether the symbol is local.
    public var isLocal: Bool

    /// A variable with this initial value.
    public init(_ name: String, _ contents: [UInt8], isLocal: Bool = false) {
      self.name = name
      self.contents = contents
      self.isLocal = isLocal
    }
  }

  /// Sections after the variables.
  public var sections: [Section]
  /// Variables besides Microkit's.
  public var variables: [Variable]
  /// Names of Microkit's variables that the program lacks.
  public var without: Set<String> = []
  /// Instructions; by default one branch to itself.
  public var code: [UInt32] = [0x1400_0000]
  /// Functions in `code` besides `_start`: name, first instruction and number of instructions.
  public var functions: [(name: String, start: Int, count: Int)] = []
  /// A section in its own read-only segment after everything else.
  public var lastSection: Section?

  /// The address of the first instruction.
  public static let textAddress: UInt64 = 0x200000
  /// The alignment of the segments, in bytes.
  public static let pageSize = 0x1000

  /// The symbols that Microkit's tools patch.
  public static let microkitVariables = [
    Variable("microkit_name", [UInt8](repeating: 0, count: 64)),
    Variable("microkit_passive", [0]),
    Variable("microkit_irqs", [UInt8](repeating: 0, count: 8)),
    Variable("microkit_notifications", [UInt8](repeating: 0, count: 8)),
    Variable("microkit_pps", [UInt8](repeating: 0, count: 8)),
    Variable("microkit_ioports", [UInt8](repeating: 0, count: 8)),
  ]

  /// - Parameter variables: variables besides Microkit's; one for a `setvar` needs 8 bytes.
  public init(sections: [Section] = [], variables: [Variable] = []) {
    self.sections = sections
    self.variables = variables
  }

  /// The bytes of the ELF file.
  public var bytes: [UInt8] {
    let dataAddress = Self.textAddress + UInt64(Self.pageSize)
    var names = StringTable()
    var symbolNames = StringTable()
    var headers = [SectionHeader()]
    var symbols: [SymbolEntry] = []

    // Text: `b .`, at the same offset in its page as in the file.
    var file = [UInt8](repeating: 0, count: Self.pageSize)
    var text: [UInt8] = []
    for instruction in code { text.put(instruction) }
    file += text
    headers.append(
      SectionHeader(
        name: names.add(".text"), type: 1, flags: 6, address: Self.textAddress,
        offset: UInt64(Self.pageSize), size: UInt64(text.count), alignment: 4))
    symbols.append(
      SymbolEntry(
        name: symbolNames.add("_start"), isLocal: false, type: 2, section: 1,
        value: Self.textAddress, size: UInt64(text.count)))
    for function in functions {
      symbols.append(
        SymbolEntry(
          name: symbolNames.add(function.name), isLocal: false, type: 2, section: 1,
          value: Self.textAddress + UInt64(4 * function.start), size: UInt64(4 * function.count)))
    }

    // Data: the variables, then the sections.
    let dataOffset = 2 * Self.pageSize
    file.pad(to: dataOffset)
    let microkit = Self.microkitVariables.filter { !without.contains($0.name) }
    for variable in microkit + variables {
      file.align(to: 8)
      symbols.append(
        SymbolEntry(
          name: symbolNames.add(variable.name), isLocal: variable.isLocal, type: 1, section: 2,
          value: dataAddress + UInt64(file.count - dataOffset),
          size: UInt64(variable.contents.count)))
      file += variable.contents
    }
    headers.append(
      SectionHeader(
        name: names.add(".data"), type: 1, flags: 3, address: dataAddress,
        offset: UInt64(dataOffset), size: UInt64(file.count - dataOffset), alignment: 8))
    for section in sections where section.isInFile {
      file.align(to: 8)
      headers.append(
        SectionHeader(
          name: names.add(section.name), type: 1, flags: 3,
          address: dataAddress + UInt64(file.count - dataOffset), offset: UInt64(file.count),
          size: UInt64(section.contents.count), alignment: 8))
      file += section.contents
    }
    file.align(to: 8)
    let dataFileSize = file.count - dataOffset
    var dataMemorySize = dataFileSize
    for section in sections where !section.isInFile {
      headers.append(
        SectionHeader(
          name: names.add(section.name), type: 8, flags: 3,
          address: dataAddress + UInt64(dataMemorySize), offset: UInt64(file.count),
          size: UInt64(section.contents.count), alignment: 8))
      dataMemorySize += (section.contents.count + 7) / 8 * 8
    }
    let pages = (dataMemorySize + Self.pageSize - 1) / Self.pageSize
    symbols.append(
      SymbolEntry(
        name: symbolNames.add("__sel4_ipc_buffer_obj"), isLocal: false, type: 1, section: 2,
        value: dataAddress + UInt64(pages * Self.pageSize), size: UInt64(Self.pageSize)))

    let lastAddress = dataAddress + UInt64((pages + 1) * Self.pageSize)
    var lastOffset = 0
    if let lastSection {
      file.align(to: Self.pageSize)
      lastOffset = file.count
      headers.append(
        SectionHeader(
          name: names.add(lastSection.name), type: 1, flags: 2, address: lastAddress,
          offset: UInt64(lastOffset), size: UInt64(lastSection.contents.count), alignment: 8))
      file += lastSection.contents
    }

    // Local symbols come first (gABI, chapter 4: sh_info of a symbol table).
    let ordered = symbols.filter(\.isLocal) + symbols.filter { !$0.isLocal }
    let symbolOffset = file.count
    file += [UInt8](repeating: 0, count: 24)
    for symbol in ordered { symbol.append(to: &file) }
    headers.append(
      SectionHeader(
        name: names.add(".symtab"), type: 2, offset: UInt64(symbolOffset),
        size: UInt64(file.count - symbolOffset), link: UInt32(headers.count + 1),
        info: UInt32(1 + symbols.count(where: \.isLocal)), alignment: 8, entrySize: 24))
    headers.append(
      SectionHeader(
        name: names.add(".strtab"), type: 3, offset: UInt64(file.count),
        size: UInt64(symbolNames.bytes.count)))
    file += symbolNames.bytes
    let nameSection = SectionHeader(
      name: names.add(".shstrtab"), type: 3, offset: UInt64(file.count),
      size: UInt64(names.bytes.count))
    headers.append(nameSection)
    file += names.bytes

    file.align(to: 8)
    let headerOffset = file.count
    for header in headers { header.append(to: &file) }

    var start = fileHeader(sectionOffset: UInt64(headerOffset), sectionCount: headers.count)
    start += segment(
      flags: 5, offset: Self.pageSize, address: Self.textAddress, fileSize: text.count,
      memorySize: text.count)
    start += segment(
      flags: 6, offset: dataOffset, address: dataAddress, fileSize: dataFileSize,
      memorySize: dataMemorySize)
    if let lastSection {
      let count = lastSection.contents.count
      start += segment(
        flags: 4, offset: lastOffset, address: lastAddress, fileSize: count, memorySize: count)
    }
    file.replaceSubrange(0..<start.count, with: start)
    return file
  }

  private func fileHeader(sectionOffset: UInt64, sectionCount: Int) -> [UInt8] {
    // ELF, 64-bit, little-endian, version 1, System V.
    var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    bytes.put(2 as UInt16)  // Executable.
    bytes.put(183 as UInt16)  // AArch64.
    bytes.put(1 as UInt32)
    bytes.put(Self.textAddress)
    bytes.put(64 as UInt64)
    bytes.put(sectionOffset)
    bytes.put(0 as UInt32)
    for size in [64, 56, lastSection == nil ? 2 : 3, 64, sectionCount, sectionCount - 1] {
      bytes.put(UInt16(size))
    }
    return bytes
  }

  private func segment(
    flags: UInt32, offset: Int, address: UInt64, fileSize: Int, memorySize: Int
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.put(1 as UInt32)
    bytes.put(flags)
    bytes.put(UInt64(offset))
    bytes.put(address)
    bytes.put(address)
    bytes.put(UInt64(fileSize))
    bytes.put(UInt64(memorySize))
    bytes.put(UInt64(Self.pageSize))
    return bytes
  }
}

private struct StringTable {
  var bytes: [UInt8] = [0]

  mutating func add(_ text: String) -> UInt32 {
    defer { bytes += Array(text.utf8) + [0] }
    return UInt32(bytes.count)
  }
}

private struct SectionHeader {
  var name: UInt32 = 0
  var type: UInt32 = 0
  var flags: UInt64 = 0
  var address: UInt64 = 0
  var offset: UInt64 = 0
  var size: UInt64 = 0
  var link: UInt32 = 0
  var info: UInt32 = 0
  var alignment: UInt64 = 1
  var entrySize: UInt64 = 0

  func append(to bytes: inout [UInt8]) {
    bytes.put(name)
    bytes.put(type)
    for number in [flags, address, offset, size] { bytes.put(number) }
    bytes.put(link)
    bytes.put(info)
    bytes.put(type == 0 ? 0 : alignment)
    bytes.put(entrySize)
  }
}

private struct SymbolEntry {
  var name: UInt32
  var isLocal: Bool
  var type: UInt8
  var section: UInt16
  var value: UInt64
  var size: UInt64

  func append(to bytes: inout [UInt8]) {
    bytes.put(name)
    bytes.put(type | (isLocal ? 0 : 1 << 4))
    bytes.put(0 as UInt8)
    bytes.put(section)
    bytes.put(value)
    bytes.put(size)
  }
}

extension [UInt8] {
  /// Appends a number in little-endian order.
  fileprivate mutating func put(_ number: some FixedWidthInteger) {
    for index in 0..<(number.bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: number >> (8 * index)))
    }
  }

  fileprivate mutating func pad(to count: Int) {
    append(contentsOf: repeatElement(0, count: Swift.max(0, count - self.count)))
  }

  fileprivate mutating func align(to unit: Int) { pad(to: (count + unit - 1) / unit * unit) }
}
