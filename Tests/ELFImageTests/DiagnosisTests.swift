// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import TestSupport
import Testing

@testable import ELFImage

struct DiagnosisTests {
  private func text(_ problem: ELFError.Problem) -> String {
    FindingRenderer(format: .text).render(ELFError(file: "a.elf", problem: problem).findings)
  }

  @Test func errorsNameThePlaceAndTheFix() {
    #expect(text(.notELF) == "a.elf: error: not an ELF file [elf-format]\n")
    #expect(
      text(.truncated(.section(3)))
        == """
        a.elf: section 3: error: extends beyond the end of the file [elf-broken]
          fix: rebuild the file

        """)
    #expect(
      text(.sectionSize(".nfs_config", size: 10, needed: 8200))
        == """
        a.elf: section .nfs_config: error: has 10 bytes where the record has 8200 [elf-section]
          fix: build the program with the same version of the record's layout

        """)
    #expect(
      text(.noSection(".nfs_confg", existing: ["", ".text", ".nfs_config"]))
        == """
        a.elf: section .nfs_confg: error: there is no such section [elf-section]
          fix: did you mean .nfs_config?

        """)
    #expect(
      text(.noSymbol("main", existing: []))
        == """
        a.elf: symbol main: error: the file has no symbol table [elf-symbol]
          fix: do not strip it

        """)
  }
}
