// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import TestSupport
import Testing

@testable import ELFImage

struct ELFImageTests {
  private let stub = StubELF(
    sections: [
      .init(".first", [1, 2, 3, 4, 5, 6]), .init(".second", [9]),
      .init(".zeros", [UInt8](repeating: 0, count: 100), isInFile: false),
    ],
    variables: [.init("counter", [1, 0, 0, 0, 0, 0, 0, 0]), .init("hidden", [7], isLocal: true)])

  private func image() throws -> ELFImage { try ELFImage(stub.bytes, name: "stub.elf") }

  @Test func readsHeaderSegmentsAndSections() throws {
    let image = try image()
    #expect(image.entry == 0x200000)
    #expect(image.segments.map(\.flags) == [5, 6])
    #expect(image.segments.map(\.virtualAddress) == [0x200000, 0x201000])
    #expect(image.segments.map(\.fileOffset) == [0x1000, 0x2000])
    #expect(image.segments.map(\.fileSize) == [4, 0x88])
    #expect(image.segments.map(\.memorySize) == [4, 0x88 + 104])
    #expect(
      image.sections.map(\.name) == [
        "", ".text", ".data", ".first", ".second", ".zeros", ".symtab", ".strtab", ".shstrtab",
      ])
    #expect(try image.section(named: ".first").size == 6)
  }

  @Test func readsSymbols() throws {
    let image = try image()
    #expect(image.symbols.first?.name == "hidden")
    #expect(try image.symbol(named: "hidden").binding == .local)
    let counter = try image.symbol(named: "counter")
    #expect(counter.binding == .global)
    #expect(counter.value == 0x201068)
    #expect(counter.size == 8)
    #expect(try image.symbol(named: "microkit_name").size == 64)
    #expect(try image.symbol(named: "__sel4_ipc_buffer_obj").value == 0x202000)
  }

  @Test func givesContentsByNameAndByAddress() throws {
    let image = try image()
    let first = try image.section(named: ".first")
    #expect(image.contents(of: first) == [1, 2, 3, 4, 5, 6])
    #expect(try image.contents(of: image.section(named: ".zeros")) == nil)
    #expect(image.bytes(atVirtualAddress: first.address, count: 6) == [1, 2, 3, 4, 5, 6])
    #expect(image.bytes(atVirtualAddress: first.address + 4, count: 5) == [5, 6, 0, 0, 9])
    // The last byte in the file, then .bss, then unmapped addresses.
    #expect(image.bytes(atVirtualAddress: 0x201080, count: 9) == [9, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(image.bytes(atVirtualAddress: 0x2010ef, count: 1) == [0])
    #expect(image.bytes(atVirtualAddress: 0x2010ef, count: 2) == nil)
    #expect(image.bytes(atVirtualAddress: 0x200ffe, count: 4) == nil)
    #expect(image.bytes(atVirtualAddress: .max, count: 1) == nil)
    #expect(image.bytes(atVirtualAddress: 0x201000, count: -1) == nil)
    #expect(image.bytes(atVirtualAddress: 0x201000, count: .max) == nil)
  }

  @Test func findsTheNearestSymbol() throws {
    let image = try image()
    #expect(image.nearestSymbol(to: 0x200000)?.name == "_start")
    #expect(image.nearestSymbol(to: 0x200003)?.name == "_start")
    #expect(image.nearestSymbol(to: 0x200004) == nil)
    #expect(image.nearestSymbol(to: 0x20103f)?.name == "microkit_name")
    #expect(image.nearestSymbol(to: 0x201040)?.name == "microkit_passive")
    #expect(image.nearestSymbol(to: 0x1fffff) == nil)
    #expect(image.nearestSymbol(to: .max) == nil)
  }

  @Test func patchesASectionAndNothingElse() throws {
    var image = try image()
    try image.patch(section: ".first", with: [11, 12, 13, 14, 15, 16])
    var expected = stub.bytes
    expected.replaceSubrange(0x2078..<0x207e, with: [11, 12, 13, 14, 15, 16])
    #expect(image.bytes == expected)
    #expect(try ELFImage(image.bytes, name: "again").sections == image.sections)
  }

  @Test func patchesASymbolAndNothingElse() throws {
    var image = try image()
    try image.patch(symbol: "counter", with: [2, 3])
    var expected = stub.bytes
    expected.replaceSubrange(0x2068..<0x206a, with: [2, 3])
    #expect(image.bytes == expected)
  }

  @Test func refusesToPatchBytesThatAreNotLoaded() throws {
    var image = try image()
    expect(.sectionSize(".first", size: 6, needed: 5)) {
      try image.patch(section: ".first", with: [1, 2, 3, 4, 5])
    }
    expect(.sectionNotInFile(".zeros")) {
      try image.patch(section: ".zeros", with: [UInt8](repeating: 1, count: 100))
    }
    expect(.noSection(".frist", existing: image.sections.map(\.name))) {
      try image.patch(section: ".frist", with: [])
    }
    expect(.symbolSize("counter", size: 8, needed: 9)) {
      try image.patch(symbol: "counter", with: [UInt8](repeating: 1, count: 9))
    }
    expect(.symbolNotLoaded("__sel4_ipc_buffer_obj")) {
      try image.patch(symbol: "__sel4_ipc_buffer_obj", with: [1])
    }
    expect(.noSymbol("nothing", existing: image.symbols.map(\.name))) {
      try image.patch(symbol: "nothing", with: [1])
    }
    #expect(image.bytes == stub.bytes)
  }

  @Test func refusesAmbiguousNames() throws {
    var image = try ELFImage(
      StubELF(
        sections: [.init(".a", [1]), .init(".a", [2])],
        variables: [.init("b", [1], isLocal: true), .init("b", [2])]
      ).bytes, name: "stub.elf")
    expect(.duplicateSection(".a")) { try image.patch(section: ".a", with: [3]) }
    expect(.duplicateSymbol("b")) { try image.patch(symbol: "b", with: [3]) }
  }

  @Test func refusesASectionOutsideEverySegment() throws {
    // The section header contradicts the segment that loads .first.
    var bytes = stub.bytes
    bytes.write(0x201_0000 as UInt64, at: bytes.sectionHeader(3) + 16)
    var moved = try ELFImage(bytes, name: "stub.elf")
    expect(.sectionNotLoaded(".first")) {
      try moved.patch(section: ".first", with: [1, 2, 3, 4, 5, 6])
    }
    // The segment's type becomes PT_NOTE.
    bytes = stub.bytes
    bytes.write(4 as UInt32, at: 64 + 56)
    var unloaded = try ELFImage(bytes, name: "stub.elf")
    expect(.sectionNotLoaded(".first")) {
      try unloaded.patch(section: ".first", with: [1, 2, 3, 4, 5, 6])
    }
  }

  private func expect(_ problem: ELFError.Problem, _ body: () throws -> Void) {
    #expect(throws: ELFError(file: "stub.elf", problem: problem), performing: body)
  }
}

extension [UInt8] {
  /// Overwrites bytes with a number in little-endian order.
  mutating func write<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
    for index in 0..<(Number.bitWidth / 8) {
      self[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
    }
  }

  /// The offset of a section header.
  func sectionHeader(_ index: Int) -> Int {
    let table = (0..<8).reduce(0) { $0 | Int(self[40 + $1]) << (8 * $1) }
    return table + 64 * index
  }
}
