// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why an ELF file cannot be read or patched.
public struct ELFError: Error, Hashable {
  public var file: String
  public var problem: Problem

  public init(file: String, problem: Problem) {
    self.file = file
    self.problem = problem
  }

  /// A part of a file.
  public enum Part: Hashable, Sendable {
    case fileHeader
    case programHeaders
    case segment(Int)
    case sectionHeaders
    case section(Int)
    case sectionNames
    case symbolTable
    case symbol(Int)
  }

  public enum Problem: Error, Hashable {
    // Not what a protection domain's program can be.
    case notELF
    case not64Bit
    case notLittleEndian
    case wrongMachine(UInt16)
    case notExecutable(type: UInt16)

    // Broken.
    case truncated(Part)
    case malformed(Part)
    case wrongEntrySize(Part, Int)

    // Not there, or not to be patched.
    case noSection(String, existing: [String])
    case duplicateSection(String)
    case sectionNotInFile(String)
    case sectionNotLoaded(String)
    case sectionCannotGrow(String)
    case sectionSize(String, size: UInt64, needed: Int)
    case noSymbol(String, existing: [String])
    case duplicateSymbol(String)
    case symbolSize(String, size: UInt64, needed: Int)
    case symbolNotLoaded(String)
    case addressNotLoaded(UInt64)
  }
}
