// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing

@testable import Emulator

/// Loads and stores as encoded by GNU as, with x1 = 0x1000, x2 = 0x20, x3 = -1 and sp = 0x8000.
@Suite struct MemoryInstructionTests {
  private func decode(_ word: UInt32) -> MemoryInstruction? {
    MemoryInstruction(word, at: 0x20_0000) { [1: 0x1000, 2: 0x20, 3: .max, 31: 0x8000][$0] ?? 0 }
  }

  @Test(arguments: [
    (0xf940_0420 as UInt32, 0x1008 as UInt64, 8 as UInt64, false),  // ldr x0, [x1, #8]
    (0xb900_0420, 0x1004, 4, true),  // str w0, [x1, #4]
    (0x3940_0420, 0x1001, 1, false),  // ldrb w0, [x1, #1]
    (0xf85f_8020, 0xff8, 8, false),  // ldur x0, [x1, #-8]
    (0xf81f_8c20, 0xff8, 8, true),  // str x0, [x1, #-8]!
    (0xf800_8420, 0x1000, 8, true),  // str x0, [x1], #8
    (0xf862_7820, 0x1100, 8, false),  // ldr x0, [x1, x2, lsl #3]
    (0xb863_c820, 0xfff, 4, false),  // ldr w0, [x1, w3, sxtw]
    (0xa9bf_7bfd, 0x7ff0, 16, true),  // stp x29, x30, [sp, #-16]!
    (0x2941_0420, 0x1008, 8, false),  // ldp w0, w1, [x1, #8]
    (0xad00_0420, 0x1000, 32, true),  // stp q0, q1, [x1]
    (0x3dc0_0420, 0x1010, 16, false),  // ldr q0, [x1, #16]
    (0x3c80_4420, 0x1000, 16, true),  // str q0, [x1], #4
    (0x5800_0040, 0x20_0008, 8, false),  // ldr x0, pc + 8
    (0xc85f_fc20, 0x1000, 8, false),  // ldaxr x0, [x1]
    (0x880a_fc20, 0x1000, 4, true),  // stlxr w10, w0, [x1]
    (0x4c00_7020, 0x1000, 16, true),  // st1 {v0.16b}, [x1]
  ])
  func addresses(word: UInt32, address: UInt64, size: UInt64, isStore: Bool) throws {
    let instruction = try #require(decode(word))
    #expect(instruction.address == address)
    #expect(instruction.size == size)
    #expect(instruction.isStore == isStore)
  }

  @Test(arguments: [
    0xd503_201f as UInt32,  // nop
    0x9100_0420,  // add x0, x1, #1
    0xd400_0001,  // svc #0
    0x1400_0000,  // b .
    0x1e6e_1000,  // fmov d0, #1.0
  ])
  func otherInstructions(word: UInt32) { #expect(decode(word) == nil) }

  @Test func exclusiveInstructions() throws {
    #expect(try #require(decode(0xc85f_7c20)).isExclusive)  // ldxr x0, [x1]
    #expect(try #require(decode(0xf820_0020)).isExclusive)  // ldadd x0, x0, [x1]
    #expect(try !#require(decode(0xc8df_fc20)).isExclusive)  // ldar x0, [x1]
  }

  /// No word makes the decoder trap.
  @Test func everyKindOfWord() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<200_000 {
      _ = decode(UInt32(truncatingIfNeeded: random.next()))
    }
  }
}
