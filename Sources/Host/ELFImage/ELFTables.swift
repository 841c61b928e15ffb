// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An entry of the program header table (gABI, chapter 5). Sizes and offsets are bytes.
public struct ELFSegment: Hashable, Sendable {
  /// PT_LOAD is 1.
  public var type: UInt32
  /// PF_X is 1, PF_W 2, PF_R 4.
  public var flags: UInt32
  public var fileOffset: UInt64
  public var virtualAddress: UInt64
  public var fileSize: UInt64
  /// What is more than the file has is zero in memory.
  public var memorySize: UInt64
  public var alignment: UInt64

  /// Whether it becomes part of the program's memory.
  public var isLoaded: Bool { type == 1 }
  public var isExecutable: Bool { flags & 1 != 0 }
  public var isWritable: Bool { flags & 2 != 0 }
  public var isReadable: Bool { flags & 4 != 0 }
}

/// An entry of the section header table (gABI, chapter 4). Sizes and offsets are bytes.
public struct ELFSection: Hashable, Sendable {
  static let null: UInt32 = 0
  static let progbits: UInt32 = 1
  static let symbolTable: UInt32 = 2
  static let stringTable: UInt32 = 3
  static let nobits: UInt32 = 8

  public var name: String
  /// SHT_PROGBITS is 1, SHT_NOBITS 8.
  public var type: UInt32
  /// SHF_WRITE is 1, SHF_ALLOC 2, SHF_EXECINSTR 4.
  public var flags: UInt64
  /// Virtual address; 0 if it is not part of the program's memory.
  public var address: UInt64
  public var fileOffset: UInt64
  public var size: UInt64
  var link: UInt32
  var entrySize: UInt64

  /// Whether the file holds its bytes.
  public var isInFile: Bool { type != Self.null && type != Self.nobits }
  /// Whether it is part of the program's memory.
  public var isAllocated: Bool { flags & 2 != 0 }

  func contains(_ virtualAddress: UInt64) -> Bool {
    isAllocated && virtualAddress >= address && virtualAddress - address < size
  }
}

/// An entry of the symbol table (gABI, chapter 4).
public struct ELFSymbol: Hashable, Sendable {
  public enum Binding: Hashable, Sendable {
    case local
    case global
    case weak
    case other(UInt8)
  }

  public var name: String
  /// Virtual address.
  public var value: UInt64
  /// Bytes; 0 if not known, as for symbols that a linker script makes.
  public var size: UInt64
  public var binding: Binding
  /// STT_OBJECT is 1, STT_FUNC 2, STT_SECTION 3, STT_FILE 4.
  public var type: UInt8
  /// Index of its section; 0 is none, 0xff00 and above have special meanings (0xfff1: a constant).
  public var section: UInt16

  public var isDefined: Bool { section != 0 }

  /// Whether it is a name of something that is at its address, and not of a file, a section or, as
  /// the ARM ABI's mapping symbols ($x, $d), of a change of contents.
  var namesAPlace: Bool {
    isDefined && section < 0xff00 && type <= 2 && !name.isEmpty && !name.hasPrefix("$")
  }
}
