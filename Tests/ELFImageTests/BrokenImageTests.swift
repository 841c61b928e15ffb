// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import TestSupport
import Testing

@testable import ELFImage

/// Files that are not programs, and damaged programs. Each is rejected with the reason; none causes a crash.
struct BrokenImageTests {
  private let stub = StubELF(sections: [.init(".record", [1, 2, 3, 4])]).bytes

  private func problem(_ change: (inout [UInt8]) -> Void) -> ELFError.Problem? {
    var bytes = stub
    change(&bytes)
    do {
      _ = try ELFImage(bytes, name: "broken.elf")
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func refusesFilesThatAreNotAArch64Executables() {
    #expect(problem { $0 = [] } == .notELF)
    #expect(problem { $0 = Array("#!/bin/sh\n".utf8) } == .notELF)
    #expect(problem { $0[4] = 1 } == .not64Bit)
    #expect(problem { $0[5] = 2 } == .notLittleEndian)
    #expect(problem { $0[18] = 62 } == .wrongMachine(62))
    #expect(problem { $0[16] = 1 } == .notExecutable(type: 1))
    #expect(problem { $0[16] = 3 } == .notExecutable(type: 3))
  }

  @Test func refusesTablesOutsideTheFile() {
    #expect(problem { $0.write(UInt64.max, at: 32) } == .truncated(.programHeaders))
    #expect(problem { $0.write(UInt64.max, at: 40) } == .truncated(.sectionHeaders))
    #expect(problem { $0.write(UInt16.max, at: 56) } == .truncated(.programHeaders))
    #expect(problem { $0.write(UInt16.max, at: 60) } == .truncated(.sectionHeaders))
    #expect(problem { $0.write(55 as UInt16, at: 54) } == .wrongEntrySize(.programHeaders, 55))
    #expect(problem { $0.write(40 as UInt16, at: 58) } == .wrongEntrySize(.sectionHeaders, 40))
    #expect(problem { $0.write(9 as UInt16, at: 62) } == .malformed(.sectionNames))
    #expect(problem { $0.write(1 as UInt16, at: 62) } == .malformed(.sectionNames))
  }

  @Test func refusesSegmentsThatCannotBeLoaded() {
    // Segment 1: offset at +8, address +16, file size +32, memory size +40.
    #expect(problem { $0.write(UInt64.max, at: 120 + 8) } == .truncated(.segment(1)))
    #expect(problem { $0.write(UInt64.max, at: 120 + 32) } == .truncated(.segment(1)))
    #expect(problem { $0.write(UInt64.max, at: 120 + 40) } == .malformed(.segment(1)))
    #expect(problem { $0.write(UInt64.max, at: 120 + 16) } == .malformed(.segment(1)))
    #expect(problem { $0.write(1 as UInt64, at: 120 + 40) } == .malformed(.segment(1)))
  }

  @Test func refusesBrokenSectionsAndSymbols() {
    #expect(
      problem { $0.write(UInt64.max, at: $0.sectionHeader(3) + 24) } == .truncated(.section(3)))
    #expect(
      problem { $0.write(UInt64.max, at: $0.sectionHeader(3) + 32) } == .truncated(.section(3)))
    #expect(
      problem { $0.write(UInt32.max, at: $0.sectionHeader(3)) } == .malformed(.section(3)))
    // Section 4 is the symbol table: link at +40, entry size +56.
    #expect(
      problem { $0.write(99 as UInt32, at: $0.sectionHeader(4) + 40) } == .malformed(.symbolTable))
    #expect(
      problem { $0.write(16 as UInt64, at: $0.sectionHeader(4) + 56) }
        == .wrongEntrySize(.symbolTable, 16))
  }

  @Test func acceptsSectionCountsBeyond16Bits() throws {
    // The counts move to the first section header (gABI, chapter 4: e_shnum, e_shstrndx).
    var bytes = stub
    let first = bytes.sectionHeader(0)
    bytes.write(7 as UInt64, at: first + 32)
    bytes.write(6 as UInt32, at: first + 40)
    bytes.write(0 as UInt16, at: 60)
    bytes.write(0xffff as UInt16, at: 62)
    let image = try ELFImage(bytes, name: "many.elf")
    #expect(image.sections.last?.name == ".shstrtab")
  }

  /// A small file that asks for a lot of memory: every symbol has the same long name.
  @Test func boundsTheMemoryForNames() {
    let variables = (0..<2000).map { StubELF.Variable("v\($0)", [0]) }
    let name = String(repeating: "n", count: 200_000)
    var bytes = StubELF(variables: variables + [.init(name, [0])]).bytes
    let last = Int(bytes.count) - 64
    let symbols = bytes.sectionHeader(3)
    #expect(last > symbols)
    let offset = (0..<8).reduce(0) { $0 | Int(bytes[symbols + 24 + $1]) << (8 * $1) }
    let count = (0..<8).reduce(0) { $0 | Int(bytes[symbols + 32 + $1]) << (8 * $1) } / 24
    let longName = Array(bytes[(offset + 24 * (count - 2))...].prefix(4))
    for index in 1..<count {
      bytes.replaceSubrange(offset + 24 * index..<offset + 24 * index + 4, with: longName)
    }
    do {
      _ = try ELFImage(bytes, name: "greedy.elf")
      Issue.record("accepted")
    } catch {
      guard case .malformed(.symbol) = error.problem else {
        Issue.record(error)
        return
      }
    }
  }

  @Test func refusesEveryTruncation() {
    for count in 0..<stub.count {
      #expect(throws: ELFError.self) { try ELFImage(Array(stub[..<count]), name: "cut.elf") }
    }
  }

  @Test func survivesMutation() {
    let iterations = fuzzIterations(2000)
    var random = SeededGenerator(seed: 0x5e7a1)
    // Only headers and tables: mutations elsewhere have no effect.
    let interesting = Array(0..<176) + Array(0x2070..<stub.count)
    for _ in 0..<iterations {
      var bytes = stub
      for _ in 0..<(1 + random.next() % 4) {
        let position = interesting[Int(random.next() % UInt64(interesting.count))]
        switch random.next() % 4 {
        case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[position] ^= 1 << (random.next() % 8)
        case 2: bytes[position] = 0xff
        default: bytes[position] = 0
        }
      }
      if random.next() % 8 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
      exercise(bytes)
    }
  }

  /// Calls everything that an accepted image offers.
  private func exercise(_ bytes: [UInt8]) {
    do {
      var image = try ELFImage(bytes, name: "fuzz.elf")
      for section in image.sections {
        _ = image.contents(of: section)
        _ = image.nearestSymbol(to: section.address)
      }
      for symbol in image.symbols {
        _ = image.bytes(atVirtualAddress: symbol.value, count: 8)
        try? image.patch(symbol: symbol.name, with: [1])
      }
      try? image.patch(section: ".record", with: [5, 6, 7, 8])
      #expect(image.bytes.count == bytes.count)
    } catch {
      #expect(!error.findings.isEmpty)
    }
  }
}
