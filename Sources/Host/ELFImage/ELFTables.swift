// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An entry of the program header table (gABI, chapter 5). Sizes and offsets are bytes.
public struct ELFSegment: Hashable, Sendable {
  /// PT_LOAD is 1.
  public var type: UInt32
  /// PF_X is 1, PF_W 2, PF_R 4.
  public var flags: UInt32
  /// Where its contents start in the file.
  public var fileOffset: UInt64
  /// Where it starts in memory.
  public var virtualAddress: UInt64
  /// The size of its contents in the file.
  public var fileSize: UInt64
  /// Its size in memory; bytes beyond `fileSize` are zero.
  public var memorySize: UInt64
  /// A power of two, or 0.
  public var alignment: UInt64

  /// Whether it becomes part of the program's memory.
  public var isLoaded: Bool { type == 1 }
  /// PF_X is set.
  public var isExecutable: Bool { flags & 1 != 0 }
  /// PF_W is set.
  public var isWritable: Bool { flags & 2 != 0 }
  /// PF_R is set.
  public var isReadable: Bool { flags & 4 != 0 }
}

/// An entry of the section header table (gABI, chapter 4). Sizes and offsets are bytes.
public struct ELFSection: Hashable, Sendable {
  static let null: UInt32 = 0
  static let progbits: UInt32 = 1
  static let symbolTable: UInt32 = 2
  static let stringTable: UInt32 = 3
  static let nobits: UInt32 = 8

  /// Not necessarily unique.
  public var name: String
  /// SHT_PROGBITS is 1, SHT_NOBITS 8.
  public var type: UInt32
  /// SHF_WRITE is 1, SHF_ALLOC 2, SHF_EXECINSTR 4.
  public var flags: UInt64
  /// Its virtual address; 0 if it is not part of the program's memory.
  public var address: UInt64
  /// Where its contents start in the file.
  public var fileOffset: UInt64
  /// Bytes in memory and, unless it is SHT_NOBITS, in the file.
  public var size: UInt64
  /// The index of a related section: for a symbol table, its string table.
  var link: UInt32
  var entrySize: UInt64

  /// Whether the file contains its bytes.
  public var isInFile: Bool { type != Self.null && type != Self.nobits }
  /// Whether it is part of the program's memory.
  public var isAllocated: Bool { flags & 2 != 0 }

  func contains(_ virtualAddress: UInt64) -> Bool {
    isAllocated && virtualAddress >= address && virtualAddress - address < size
  }
}

/// An entry of the symbol table (gABI, chapter 4).
public struct ELFSymbol: Hashable, Sendable {
  /// The symbol's linkage.
  public enum Binding: Hashable, Sendable {
    /// STB_LOCAL.
    case local
    /// STB_GLOBAL.
    case global
    /// STB_WEAK.
    case weak
    /// Any other number.
    case other(UInt8)
  }

  /// Not necessarily unique.
  public var name: String
  /// Its virtual address.
  public var value: UInt64
  /// Bytes; 0 if unknown, as for symbols defined in linker scripts.
  public var size: UInt64
  /// The symbol's linkage.
  public var binding: Binding
  /// STT_OBJECT is 1, STT_FUNC 2, STT_SECTION 3, STT_FILE 4.
  public var type: UInt8
  /// The index of its section; 0 for none. 0xff00 and above have special meanings (0xfff1: a constant).
  public var section: UInt16

  /// Whether this file defines the symbol.
  public var isDefined: Bool { section != 0 }
  /// STT_FUNC.
  public var isFunction: Bool { type == 2 }

  /// Whether it names code or data at its address, unlike symbols for files and sections and the mapping symbols of
  /// the Arm ABI ($x, $d).
  var namesAPlace: Bool {
    isDefined && section < 0xff00 && type <= 2 && !name.isEmpty && !name.hasPrefix("$")
  }
}
