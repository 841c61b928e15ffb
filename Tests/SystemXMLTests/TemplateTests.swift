// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import SystemXML

@Suite struct TemplateTests {
  private func marks(_ text: String) -> [String] {
    findTemplateMarks(in: Array(text.utf8), file: "f").map {
      "\($0.location.line):\($0.location.column) \($0.kind) \($0.text)"
    }
  }

  @Test func whatGeneratorsReplaceIsFound() {
    let text = """
      #include "board.h"
      # 1 "kitchen.system"
      <system>
        #  ifdef CONFIG
        <map vaddr="{{ base + 1 }}" />
        <map mr="é" vaddr="@BASE@" />
        <map vaddr="${BASE}" />
        {% endif %}
      </system>
      """
    #expect(
      marks(text) == [
        "1:1 directive #include", "2:1 lineMarker # 1 \"kitchen.system\"",
        "4:3 directive #  ifdef", "5:15 expression {{ base + 1 }}", "6:22 placeholder @BASE@",
        "7:15 placeholder ${BASE}", "8:3 expression {% endif %}",
      ])
  }

  @Test func othersAreNot() {
    let text = """
      <!-- #include {{ x }} @X@
      #define -->
      <!-- one --> <a b="#include" c="user@host" d="{ {}}" e="{{" f="$HOME" g="#1" />
      # a heading
      #12
      """
    #expect(marks(text) == [])
    #expect(marks("<!-- a --> {{x}} <!-- {{y}} -->") == ["1:12 expression {{x}}"])
  }

  @Test func aFileThatIsNotXMLBecauseOfItIsNamed() {
    let error = #expect(throws: XMLError.self) {
      try parseXML(Array("#include \"x\"\n<a/>".utf8), file: "f")
    }
    #expect(error?.problem == .template(.directive, "#include"))
    #expect(error?.findings.first?.rule == "template")
    #expect(error?.findings.first?.fix?.hasPrefix("run cpp -P ") == true)
  }
}
