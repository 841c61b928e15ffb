// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why an ELF file cannot be read or patched.
public struct ELFError: Error, Hashable {
  /// The file's name.
  public var file: String
  /// What is wrong with it.
  public var problem: Problem

  /// - Parameter file: the file's name, for messages.
  public init(file: String, problem: Problem) {
    self.file = file
    self.problem = problem
  }

  /// A part of a file. Numbers are indices into the part's table.
  public enum Part: Hashable, Sendable {
    /// The ELF header.
    case fileHeader
    /// The program header table.
    case programHeaders
    /// A segment's contents or header.
    case segment(Int)
    /// The section header table.
    case sectionHeaders
    /// A section's contents, header or name.
    case section(Int)
    /// The string table with the sections' names.
    case sectionNames
    /// The symbol table or its string table.
    case symbolTable
    /// A symbol's entry or name.
    case symbol(Int)
  }

  /// What is wrong with a file.
  public enum Problem: Error, Hashable {
    // MARK: Not a protection domain's program

    /// The magic number is missing.
    case notELF
    /// The class is not ELFCLASS64.
    case not64Bit
    /// The encoding is not ELFDATA2LSB.
    case notLittleEndian
    /// The machine (e_machine) is not the expected one, or none that Microkit runs on.
    case wrongMachine(UInt16)
    /// The type (e_type) is not ET_EXEC.
    case notExecutable(type: UInt16)

    // MARK: Damaged

    /// A part extends beyond the end of the file.
    case truncated(Part)
    /// A part contradicts itself or another part.
    case malformed(Part)
    /// A table's entries do not have the size in bytes that ELF64 prescribes.
    case wrongEntrySize(Part, Int)

    // MARK: Cannot be found or patched

    /// No section has that name.
    case noSection(String, existing: [String])
    /// Several sections have that name.
    case duplicateSection(String)
    /// The section is not PROGBITS.
    case sectionNotInFile(String)
    /// No loaded segment contains the section.
    case sectionNotLoaded(String)
    /// The section has no segment to itself, or another segment follows too closely.
    case sectionCannotGrow(String)
    /// The section does not have exactly the needed number of bytes.
    case sectionSize(String, size: UInt64, needed: Int)
    /// No defined symbol has that name.
    case noSymbol(String, existing: [String])
    /// Several defined symbols have that name.
    case duplicateSymbol(String)
    /// The symbol has fewer bytes than needed.
    case symbolSize(String, size: UInt64, needed: Int)
    /// The file does not contain the symbol's bytes.
    case symbolNotLoaded(String)
    /// The file does not contain the bytes at that virtual address.
    case addressNotLoaded(UInt64)
  }
}
