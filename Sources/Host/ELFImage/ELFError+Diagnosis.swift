// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

extension ELFError: DiagnosableError {
  /// One finding, at the file.
  public var findings: [Finding] {
    let (rule, detail, message, fix) = words
    return [Finding(rule: rule, at: .file(file, detail: detail), message, fix: fix)]
  }

  private typealias Words = (rule: String, detail: String?, message: String, fix: String?)

  private var words: Words {
    switch problem {
    case .notELF:
      ("elf-format", nil, "not an ELF file", nil)
    case .not64Bit:
      ("elf-format", nil, "not a 64-bit ELF file", "build it for AArch64")
    case .notLittleEndian:
      ("elf-format", nil, "not a little-endian ELF file", "build it for little-endian AArch64")
    case .wrongMachine(let machine):
      (
        "elf-format", nil,
        "a program for \(ELFMachine(rawValue: machine)?.title ?? "machine \(machine)"), not for AArch64",
        "build it for AArch64"
      )
    case .notExecutable(let type):
      (
        "elf-format", nil, "\(Self.name(ofType: type)), not a static executable",
        "link it statically and without -pie: nothing relocates a protection domain"
      )
    case .truncated(let part):
      ("elf-broken", part.description, "extends beyond the end of the file", "rebuild the file")
    case .malformed(let part):
      ("elf-broken", part.description, "is inconsistent", "rebuild the file")
    case .wrongEntrySize(let part, let size):
      (
        "elf-broken", part.description, "has entries of \(size) bytes, which ELF64 does not allow",
        "rebuild the file"
      )
    case .noSection(let name, let existing):
      (
        "elf-section", "section \(name)", "there is no such section",
        Self.suggestion(name, existing)
          ?? "make the linker keep it: it drops sections that nothing refers to"
      )
    case .duplicateSection(let name):
      (
        "elf-section", "section \(name)", "several sections have this name",
        "merge them when linking"
      )
    case .sectionNotInFile(let name):
      (
        "elf-section", "section \(name)", "the file does not contain its bytes (not PROGBITS)",
        "place the variable in a section that is not zero-initialised"
      )
    case .sectionNotLoaded(let name):
      (
        "elf-section", "section \(name)", "no loaded segment contains it",
        "assign it to a PT_LOAD segment in the linker script"
      )
    case .sectionCannotGrow(let name):
      (
        "elf-section", "section \(name)",
        "cannot grow: it has no segment to itself, or another segment follows too closely",
        "make it the last section of the linker script, in a PT_LOAD segment of its own"
      )
    case .addressNotLoaded(let address):
      (
        "elf-section", "address 0x\(String(address, radix: 16))",
        "is not in the part of a segment that the file contains", nil
      )
    case .sectionSize(let name, let size, let needed):
      (
        "elf-section", "section \(name)", "has \(size) bytes where the record has \(needed)",
        "build the program with the same version of the record's layout"
      )
    case .noSymbol(let name, let existing):
      (
        "elf-symbol", "symbol \(name)",
        existing.isEmpty ? "the file has no symbol table" : "there is no such symbol",
        existing.isEmpty ? "do not strip it" : Self.suggestion(name, existing)
      )
    case .duplicateSymbol(let name):
      ("elf-symbol", "symbol \(name)", "several symbols have this name", "rename all but one")
    case .symbolSize(let name, let size, let needed):
      (
        "elf-symbol", "symbol \(name)", "has \(size) bytes where \(needed) are needed",
        "declare it with that size (in assembly: .size)"
      )
    case .symbolNotLoaded(let name):
      (
        "elf-symbol", "symbol \(name)", "the file does not contain its bytes",
        "place the variable in a section that is not zero-initialised"
      )
    }
  }

  private static func suggestion(_ name: String, _ existing: [String]) -> String? {
    nearestName(to: name, in: existing).map { "did you mean \($0)?" }
  }

  private static func name(ofType type: UInt16) -> String {
    switch type {
    case 1: "a relocatable object"
    case 3: "a position-independent executable or shared object"
    case 4: "a core dump"
    default: "an ELF file of type \(type)"
    }
  }
}

extension ELFError.Part: CustomStringConvertible {
  /// "segment 3", for messages.
  public var description: String {
    switch self {
    case .fileHeader: "file header"
    case .programHeaders: "program header table"
    case .segment(let index): "segment \(index)"
    case .sectionHeaders: "section header table"
    case .section(let index): "section \(index)"
    case .sectionNames: "section names"
    case .symbolTable: "symbol table"
    case .symbol(let index): "symbol \(index)"
    }
  }
}
