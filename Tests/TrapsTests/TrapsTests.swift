// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import TestSupport
import Testing

@testable import Traps

@Suite struct TrapsTests {
  private static let breakpoint: UInt32 = 0xd420_0020
  private static let nop: UInt32 = 0xd503_201f

  /// serval_trap at 0, cmicrokit_trapped with its own breakpoint at 4, then two traps.
  private var stub: StubELF {
    var stub = StubELF()
    stub.code = [Self.nop, Self.breakpoint, Self.nop, Self.breakpoint, Self.nop, Self.breakpoint]
    stub.functions = [("serval_trap", 0, 1), ("cmicrokit_trapped", 1, 1)]
    stub.lastSection = .init(".serval_traps", byteCount: 16)
    return stub
  }

  @Test func breakpointsBecomeCalls() throws {
    var image = try ELFImage(stub.bytes, name: "stub.elf")
    try image.reportTraps(nil)
    let code = try #require(image.bytes(atVirtualAddress: 0x20_0000, count: 24))
    let words = stride(from: 0, to: 24, by: 4).map { start -> UInt32 in
      code[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    // BL to the start of the image, 3 and 5 words back.
    #expect(words == [Self.nop, Self.breakpoint, Self.nop, 0x97ff_fffd, Self.nop, 0x97ff_fffb])

    let table = image.contents(of: try image.section(named: ".serval_traps")).map(Array.init)
    let texts = ["trap at 0x20000c", "trap at 0x200014"]
    var expected = Array("Serval".utf8)
    for bytes: [UInt8] in [
      [4, 1], [66, 0, 0, 0], [2, 0, 0, 0], [0x0c, 0, 0x20, 0], [32, 0, 0, 0], [0x14, 0, 0x20, 0],
      [49, 0, 0, 0], Array(texts[0].utf8), [0], Array(texts[1].utf8), [0],
    ] { expected += bytes }
    #expect(table == expected)
  }

  @Test func anImageWithoutTheTableStaysAsItIs() throws {
    var without = stub
    without.lastSection = nil
    var image = try ELFImage(without.bytes, name: "stub.elf")
    try image.reportTraps(nil)
    #expect(image.bytes == without.bytes)
  }

  @Test func equalTextsAreHeldOnce() {
    let table = TrapTable(texts: [(4, "here"), (8, "there"), (12, "here")])
    #expect(table.bytes.count == 16 + 3 * 8 + 5 + 6)
    #expect(table.bytes[20..<24] == table.bytes[36..<40])
  }

  /// The output of llvm-symbolizer has the failure, the compiler's place for it, and then the callers.
  @Test func readsTheSymbolizersOutput() {
    let text = """
      Swift runtime failure: arithmetic overflow
      /<compiler-generated>:0:0
      $e5hello3addyyF
      ./Sources/Hello.swift:29:71

      Swift runtime failure: Index out of bounds
      ./Sources/Merge.swift:0:19
      $es11InlineArray
      /<compiler-generated>:0:0
      $e5hello3getyyF
      ./Sources/Merge:odd.swift:139:33
      $e5hello4lookyyF
      ./Sources/Merge.swift:81:31

      some_function
      ./Sources/C.c:7:1

      Swift runtime failure: fatal error
      /<compiler-generated>:0:0

      ??
      ??:0:0


      """
    #expect(
      Symbolizer.parse(text) == [
        "arithmetic overflow at ./Sources/Hello.swift:29",
        "Index out of bounds at ./Sources/Merge:odd.swift:139", "trap at ./Sources/C.c:7",
        "fatal error", "trap",
      ])
    #expect(Symbolizer.parse("") == [])
    // Truncated output never gives more reasons than paragraphs, and never crashes the parser.
    for count in 0..<text.count { #expect(Symbolizer.parse(String(text.prefix(count))).count <= 5) }
  }

  @Test func looksForTheSymbolizerOnTheSearchPathAlone() {
    #expect(Symbolizer.find(searchPath: "") == nil)
    #expect(Symbolizer.find(searchPath: "/nonexistent:relative") == nil)
  }
}
