// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing

@testable import ELFImage

@Suite struct GrowthTests {
  private static let table: [UInt8] = Array(1...16)
  private var stub: StubELF {
    var stub = StubELF(sections: [.init(".record", [9, 9])])
    stub.lastSection = .init(".last", Self.table)
    return stub
  }

  @Test(arguments: [1, 16, 17, 5000])
  func aSectionTakesAnyNumberOfBytes(count: Int) throws {
    let old = try ELFImage(stub.bytes, name: "stub.elf")
    var image = old
    let contents = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
    try image.grow(section: ".last", with: contents)

    let section = try image.section(named: ".last")
    #expect(image.contents(of: section).map(Array.init) == contents)
    let segment = try #require(image.segments.last)
    #expect(segment.fileSize == UInt64(count) && segment.memorySize == UInt64(count))
    #expect(segment.fileOffset % 0x1000 == segment.virtualAddress % 0x1000)
    #expect(image.bytes(atVirtualAddress: section.address, count: count) == contents)

    // Addresses and all other contents are unchanged.
    #expect(section.address == (try old.section(named: ".last")).address)
    #expect(image.symbols == old.symbols)
    #expect(Array(image.segments.dropLast()) == Array(old.segments.dropLast()))
    for name in [".text", ".data", ".record"] {
      let (before, after) = (try old.section(named: name), try image.section(named: name))
      #expect(before == after)
      #expect(old.contents(of: before) == image.contents(of: after))
    }
    // The section can grow again.
    try image.grow(section: ".last", with: Self.table)
    #expect(image.contents(of: try image.section(named: ".last")).map(Array.init) == Self.table)
  }

  @Test func refusesToMoveOtherSections() throws {
    let image = try ELFImage(stub.bytes, name: "stub.elf")
    for name in [".record", ".data", ".text", ".symtab"] {
      var changed = image
      let error = #expect(throws: ELFError.self) {
        try changed.grow(section: name, with: [UInt8](repeating: 0, count: 0x1001))
      }
      #expect(error == ELFError(file: "stub.elf", problem: .sectionCannotGrow(name)))
      #expect(changed.bytes == image.bytes)
    }
    var changed = image
    #expect(throws: ELFError.self) { try changed.grow(section: ".last", with: []) }
    #expect(throws: ELFError.self) { try changed.grow(section: ".none", with: [1]) }
    #expect(changed.bytes == image.bytes)
  }

  @Test func patchesAtAnAddress() throws {
    var image = try ELFImage(stub.bytes, name: "stub.elf")
    try image.patch(address: StubELF.textAddress, with: [1, 2, 3, 4])
    #expect(image.bytes(atVirtualAddress: StubELF.textAddress, count: 4) == [1, 2, 3, 4])
    #expect(throws: ELFError.self) {
      try image.patch(address: StubELF.textAddress + 1, with: [1, 2, 3, 4])
    }
  }
}
